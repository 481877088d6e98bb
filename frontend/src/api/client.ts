// GET on the gateway, typed by its OpenAPI description. Every answer, live or not, is asked for by a `Resource`.
import type { components, paths } from '@/api/schema'

export type Schemas = components['schemas']

/** The paths that answer GET with a JSON body. */
type GetPath = {
  [Path in keyof paths]: paths[Path]['get'] extends { responses: { 200: { content: { 'application/json': unknown } } } }
    ? Path
    : never
}[keyof paths]

type BodyOf<Path extends GetPath> = paths[Path]['get'] extends {
  responses: { 200: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never

type ParametersOf<Path extends GetPath> = Filled<'path', paths[Path]['get']['parameters']> &
  Filled<'query', paths[Path]['get']['parameters']>

/** The kinds of parameters that a path has, and nothing for those that it has not. */
type Filled<Key extends string, Parameters> =
  Parameters extends Record<Key, infer Value>
    ? Record<Key, Value>
    : Parameters extends Partial<Record<Key, infer Value>>
      ? Partial<Record<Key, Value>>
      : unknown

declare const body: unique symbol

/** A path with its query that answers with `Body`: what GET asks for and what a subscription names. */
export type Resource<Body> = string & { readonly [body]?: Body }

/** `resource('/api/v1/servers/{id}', { path: { id } })`: fills a path of the description. */
export function resource<Path extends GetPath>(path: Path, parameters?: ParametersOf<Path>): Resource<BodyOf<Path>> {
  const given = (parameters ?? {}) as { path?: Record<string, string>; query?: Record<string, string | number> }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ''))
  const query = Object.entries(given.query ?? {}).filter(([, value]) => (value as unknown) !== undefined)
  if (query.length === 0) return filled
  return `${filled}?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

/** What can go wrong: what the gateway says, or that it says nothing (`unreachable`), or nonsense (`malformed`). */
export type FailureCode = Schemas['ErrorCode'] | 'unreachable' | 'malformed'

export class GatewayError extends Error {
  readonly code: FailureCode
  /** The parameter that was refused, if one was. */
  readonly parameter: string | null

  constructor(message: string, code: FailureCode, parameter: string | null = null, cause?: unknown) {
    super(message, { cause })
    this.name = 'GatewayError'
    this.code = code
    this.parameter = parameter
  }

  static from({ error, code, parameter }: Schemas['ErrorBody']): GatewayError {
    return new GatewayError(error, code, parameter)
  }
}

/** No answer takes longer than this when the gateway is well: its own deadlines are shorter. */
const DEADLINE_MS = 20_000

export async function get<Body>(resource: Resource<Body>, signal?: AbortSignal): Promise<Body> {
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline
  const response = await ask(resource, either, signal)
  const answer = await parse(response, signal)
  if (isErrorBody(answer)) throw GatewayError.from(answer)
  // `/api/health` answers 503 with a body that says what is wrong; anything else that fails has the error's shape.
  if (!response.ok && response.status !== 503) {
    throw new GatewayError(`The gateway answered ${response.status} ${response.statusText}`.trim() + '.', 'malformed')
  }
  return answer as Body
}

async function ask(resource: string, signal: AbortSignal, caller: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(resource, { signal, headers: { accept: 'application/json' } })
  } catch (cause) {
    caller?.throwIfAborted()
    throw new GatewayError('The gateway does not answer.', 'unreachable', null, cause)
  }
}

async function parse(response: Response, caller: AbortSignal | undefined): Promise<unknown> {
  try {
    return (await response.json()) as unknown
  } catch (cause) {
    caller?.throwIfAborted()
    const message = `Not an answer of the gateway: ${response.status} without JSON.`
    throw new GatewayError(message, 'malformed', null, cause)
  }
}

export function isErrorBody(value: unknown): value is Schemas['ErrorBody'] {
  return typeof value === 'object' && value !== null && 'error' in value && 'code' in value
}
