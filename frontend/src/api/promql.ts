// PromQL through the gateway's proxy: typed answers, how long they took, and what its cache had of them.
import type { Grid } from '@/lib/ranges'
import type { MatrixSeries, Metric, Sample } from '@/lib/matrix'

/** Where the proxy is; the editor's completion asks there, too. */
export const PROMETHEUS = '/prometheus'

export interface VectorSample {
  metric: Metric
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

export function queryInstant(expression: string, at: number, signal: AbortSignal): Promise<PromqlAnswer<InstantData>> {
  return ask('query', { query: expression, time: String(at) }, signal)
}

export function queryRange(expression: string, grid: Grid, signal: AbortSignal): Promise<PromqlAnswer<RangeData>> {
  const { start, end, step } = grid
  return ask('query_range', { query: expression, start: String(start), end: String(end), step: String(step) }, signal)
}

interface Envelope<Data> {
  status: 'success' | 'error'
  data?: Data
  error?: string
  errorType?: string
  warnings?: string[]
  infos?: string[]
}

async function ask<Data>(
  endpoint: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<PromqlAnswer<Data>> {
  const began = performance.now()
  const either = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
  const response = await send(`${PROMETHEUS}/api/v1/${endpoint}`, parameters, either, signal)
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

async function send(
  url: string,
  parameters: Record<string, string>,
  either: AbortSignal,
  caller: AbortSignal,
): Promise<Response> {
  try {
    // A form, because an expression may be longer than a URL.
    return await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), signal: either })
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
