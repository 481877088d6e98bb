// PromQL through the gateway's proxy: typed answers, how long they took, and what its cache had of them.
import type { Grid } from '@/lib/ranges'
import type { Labels, MatrixSeries, Sample } from '@/lib/matrix'

/** Where the proxy is; the editor's completion asks there, too. */
export const PROMETHEUS = '/prometheus'

export interface VectorSample {
  metric: Labels
  value: Sample
}

export type InstantData =
  | { resultType: 'vector'; result: VectorSample[] }
  | { resultType: 'matrix'; result: MatrixSeries[] }
  | { resultType: 'scalar' | 'string'; result: Sample }

export interface RangeData {
  resultType: 'matrix'
  result: MatrixSeries[]
}

/** An alerting rule, whether anything fires or not. */
export interface AlertingRule {
  type: 'alerting'
  name: string
  query: string
  /** Seconds that it must hold before it fires. */
  duration: number
  labels: Labels
  annotations: Labels
  state: 'firing' | 'pending' | 'inactive'
  health: string
  lastError?: string
}

export interface RulesData {
  groups: { rules: (AlertingRule | { type: 'recording' })[] }[]
}

export interface PromqlAnswer<Data> {
  data: Data
  warnings: string[]
  /** From question to answer, as the reader waits. */
  milliseconds: number
  /** What the cache had of it: `hit`, `partial`, `miss`, `bypass`; null when it does not say. */
  cache: string | null
}

/** What Prometheus, or the proxy in front of it, has against the question. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError'
}

const DEADLINE_MS = 60_000

/** @param at unix seconds; null is now, by the clock of Prometheus. */
export function queryInstant(
  expression: string,
  at: number | null,
  signal: AbortSignal,
): Promise<PromqlAnswer<InstantData>> {
  return post('query', { query: expression, ...(at === null ? {} : { time: String(at) }) }, signal)
}

export function queryRange(expression: string, grid: Grid, signal: AbortSignal): Promise<PromqlAnswer<RangeData>> {
  const { start, end, step } = grid
  return post('query_range', { query: expression, start: String(start), end: String(end), step: String(step) }, signal)
}

export function listRules(signal: AbortSignal): Promise<PromqlAnswer<RulesData>> {
  return ask('rules?type=alert', {}, signal)
}

interface Envelope<Data> {
  status: 'success' | 'error'
  data?: Data
  error?: string
  errorType?: string
  warnings?: string[]
  infos?: string[]
}

/** As a form, because an expression may be longer than a URL. */
function post<Data>(
  endpoint: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<PromqlAnswer<Data>> {
  return ask(endpoint, { method: 'POST', body: new URLSearchParams(parameters) }, signal)
}

async function ask<Data>(endpoint: string, init: RequestInit, signal: AbortSignal): Promise<PromqlAnswer<Data>> {
  const began = performance.now()
  const response = await send(`${PROMETHEUS}/api/v1/${endpoint}`, init, signal)
  const envelope = await read<Data>(response, signal)
  if (envelope.status !== 'success' || envelope.data === undefined) {
    throw new PromqlError(envelope.error ?? `The proxy answered ${response.status} without saying why.`)
  }
  return {
    data: envelope.data,
    warnings: [...(envelope.warnings ?? []), ...(envelope.infos ?? [])],
    milliseconds: performance.now() - began,
    cache: /^\w+/.exec(response.headers.get('x-sightline-cache') ?? '')?.[0] ?? null,
  }
}

async function send(url: string, init: RequestInit, caller: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.any([caller, AbortSignal.timeout(DEADLINE_MS)]) })
  } catch (cause) {
    caller.throwIfAborted()
    const late = cause instanceof DOMException && cause.name === 'TimeoutError'
    const message = late ? `No answer within ${DEADLINE_MS / 1000} s.` : 'The gateway does not answer.'
    throw new PromqlError(message, { cause })
  }
}

async function read<Data>(response: Response, caller: AbortSignal): Promise<Envelope<Data>> {
  try {
    return (await response.json()) as Envelope<Data>
  } catch (cause) {
    caller.throwIfAborted()
    throw new PromqlError(`Not an answer of Prometheus: ${response.status} without JSON.`, { cause })
  }
}
