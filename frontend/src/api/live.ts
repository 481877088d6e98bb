// One WebSocket for everything that is live: counts subscriptions, comes back by itself, and polls where it may not open.
import { backoff, retryHint } from '@/api/backoff'
import { GatewayError, isErrorBody, type Schemas } from '@/api/client'
import { withDelta } from '@/api/delta'

/** How live the page is. Times are in milliseconds of the browser's clock. */
export type LiveState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** WebSockets do not get through, GET does: asks every few seconds instead. */
  | { kind: 'polling' }
  /** The connection is lost; tries again at `retryAt`. */
  | { kind: 'waiting'; retryAt: number; reason: string }
  /** The tab is hidden: nothing is asked for. */
  | { kind: 'paused' }

/** Where frames go. `live.ts` knows neither React nor the query cache. */
export interface LiveSink {
  body: (resource: string, body: unknown) => void
  /** The body sent before still holds; only its `at` and `age_seconds` would differ. */
  unchanged: (resource: string) => void
  failure: (resource: string, error: GatewayError) => void
  /** The gateway's clock, in unix seconds, as of now. */
  clock: (at: number) => void
}

export interface LiveOptions {
  sink: LiveSink
  connect: () => WebSocket
  get: (resource: string, signal: AbortSignal) => Promise<unknown>
  random?: () => number
}

/** `WebSocket.OPEN`; the name is not there where tests run. */
const OPEN = 1
/** The gateway sends a frame for each subscription and tick: so long a silence means a dead line. */
const SILENCE_MS = 20_000
/** A handshake that takes longer has failed. */
const HANDSHAKE_MS = 10_000
const POLL_MS = 5_000
/** While polling works, how often to see whether a WebSocket does by now. */
const RETRY_SOCKET_MS = 60_000
/** After so many handshakes in a row that failed, see whether GET gets through. */
const HANDSHAKES_BEFORE_POLLING = 2
/** A page that is left and entered again within this time keeps its subscription. */
const LINGER_MS = 1_000
/** A glance at another tab does not cost a new connection. */
const HIDDEN_MS = 10_000

interface Subscription {
  users: number
  linger?: ReturnType<typeof setTimeout>
  /** What frames brought last: a delta tells what differs from it. */
  body?: unknown
}

export class LiveConnection {
  readonly #options: Required<LiveOptions>
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #listeners = new Set<() => void>()
  #state: LiveState = { kind: 'connecting' }
  #socket: WebSocket | null = null
  /** Ends whatever the current state waits for: a retry, a poll, a handshake, a silence. */
  #timers = new AbortController()
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  /** Attempts since frames last came. */
  #attempt = 0
  #failedHandshakes = 0
  #lostSince: number | null = null

  constructor(options: LiveOptions) {
    this.#options = { random: Math.random, ...options }
  }

  get state(): LiveState {
    return this.#state
  }

  /** Since when nothing comes, in milliseconds of the browser's clock; null while it does. */
  get lostSince(): number | null {
    return this.#lostSince
  }

  /** Calls back on each change of state; returns the undo. */
  onState = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (!this.#socket) this.#open()
  }

  stop(): void {
    this.#reset()
    clearTimeout(this.#hiddenTimer)
    this.#setState({ kind: 'paused' })
  }

  /** Tries at once, whatever wait is left. */
  retryNow(): void {
    if (this.#state.kind === 'waiting' || this.#state.kind === 'polling') this.#open()
  }

  /** Keeps a resource live until the undo that it returns is called. Many may want the same; it is asked for once. */
  subscribe(resource: string): () => void {
    const known = this.#subscriptions.get(resource)
    if (known) {
      clearTimeout(known.linger)
      known.users += 1
    } else {
      this.#subscriptions.set(resource, { users: 1 })
      this.#subscribe(resource)
    }
    let done = false
    return () => {
      if (done) return
      done = true
      this.#release(resource)
    }
  }

  /** Tells whether anyone sees the page; a hidden one is paused after a while and resumed at once. */
  setVisible(visible: boolean): void {
    clearTimeout(this.#hiddenTimer)
    if (!visible) {
      this.#hiddenTimer = setTimeout(() => {
        this.stop()
      }, HIDDEN_MS)
    } else if (this.#state.kind === 'paused') {
      this.#attempt = 0
      this.#open()
    }
  }

  #release(resource: string): void {
    const subscription = this.#subscriptions.get(resource)
    if (!subscription) return
    subscription.users -= 1
    if (subscription.users > 0) return
    subscription.linger = setTimeout(() => {
      this.#subscriptions.delete(resource)
      this.#send({ unsubscribe: resource })
    }, LINGER_MS)
  }

  #open(): void {
    this.#reset()
    // While polling works there is nothing to tell: the socket is tried behind it.
    if (this.#state.kind !== 'polling') this.#setState({ kind: 'connecting' })
    let socket: WebSocket
    try {
      socket = this.#options.connect()
    } catch {
      this.#lost('', 0, false)
      return
    }
    this.#socket = socket
    let opened = false
    this.#after(HANDSHAKE_MS, () => {
      if (!opened) this.#lost('', 0, false)
    })
    socket.onopen = () => {
      opened = true
      this.#failedHandshakes = 0
      this.#setState({ kind: 'live' })
      this.#hear()
      for (const resource of this.#subscriptions.keys()) this.#subscribe(resource)
    }
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.#hear()
      this.#attempt = 0
      if (typeof data === 'string') this.#deliver(data)
    }
    socket.onclose = ({ code, reason }) => {
      this.#lost(reason, code, opened)
    }
  }

  /** Forgets the socket and every wait. Handlers go first: a close that comes late must not start a second attempt. */
  #reset(): void {
    this.#timers.abort()
    this.#timers = new AbortController()
    clearTimeout(this.#watchdog)
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #lost(reason: string, code: number, opened: boolean): void {
    this.#reset()
    this.#lostSince ??= Date.now()
    if (!opened) this.#failedHandshakes += 1
    const wait = retryHint(code, reason) ?? backoff(this.#attempt, this.#options.random)
    this.#attempt += 1
    if (this.#failedHandshakes >= HANDSHAKES_BEFORE_POLLING) {
      void this.#poll(wait)
      return
    }
    this.#wait(
      wait,
      code === 1012 || code === 1013 ? 'The gateway restarts.' : 'The connection to the gateway is lost.',
    )
  }

  #wait(wait: number, reason: string): void {
    this.#setState({ kind: 'waiting', retryAt: Date.now() + wait, reason })
    this.#after(wait, () => {
      this.#open()
    })
  }

  /** Asks for everything by GET. As long as that works it goes on; when it fails too, the gateway is away. */
  async #poll(wait: number, since = Date.now()): Promise<void> {
    const { signal } = this.#timers
    const answers = await Promise.all([...this.#subscriptions.keys()].map((it) => this.#ask(it, signal)))
    if (signal.aborted) return
    if (!answers.includes(true)) {
      this.#wait(wait, 'The gateway does not answer.')
      return
    }
    if (this.#state.kind !== 'polling') this.#setState({ kind: 'polling' })
    this.#attempt = 0
    this.#after(POLL_MS, () => {
      if (Date.now() - since >= RETRY_SOCKET_MS) this.#open()
      else void this.#poll(wait, since)
    })
  }

  /** True when the gateway answered, be it with a refusal. */
  async #ask(resource: string, signal: AbortSignal): Promise<boolean> {
    try {
      const body = await this.#options.get(resource, signal)
      if (!signal.aborted) this.#options.sink.body(resource, body)
      return true
    } catch (error) {
      if (signal.aborted || !(error instanceof GatewayError)) return false
      this.#options.sink.failure(resource, error)
      return error.code !== 'unreachable' && error.code !== 'malformed'
    }
  }

  #deliver(text: string): void {
    const frame = parseFrame(text)
    if (!frame) return
    const { sink } = this.#options
    if ('at' in frame) sink.clock(frame.at)
    const { resource } = frame
    const subscription = resource !== null && this.#subscriptions.get(resource)
    // An answer to a subscription that is gone by now.
    if (!subscription) return
    if ('error' in frame) sink.failure(resource, GatewayError.from(frame.error))
    else if ('body' in frame) sink.body(resource, (subscription.body = frame.body))
    else if (!('delta' in frame)) sink.unchanged(resource)
    // Without a body it is for a subscription that was gone meanwhile; the body is on its way.
    else if (subscription.body) sink.body(resource, (subscription.body = withDelta(subscription.body, frame.delta)))
  }

  #subscribe(resource: string): void {
    this.#send({ subscribe: resource, deltas: true })
  }

  #send(request: Schemas['LiveRequest']): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(request))
    // While polling, a new page does not wait for the next round.
    else if (this.#state.kind === 'polling' && 'subscribe' in request)
      void this.#ask(request.subscribe, this.#timers.signal)
  }

  /** Something was heard: the line is alive for as long again. */
  #hear(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => {
      if (this.#subscriptions.size > 0) this.#lost('', 0, true)
      else this.#hear()
    }, SILENCE_MS)
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(act, ms)
    this.#timers.signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
      },
      { once: true },
    )
  }

  #setState(state: LiveState): void {
    this.#state = state
    if (state.kind === 'live' || state.kind === 'polling' || state.kind === 'paused') this.#lostSince = null
    for (const listener of this.#listeners) listener()
  }
}

function parseFrame(text: string): Schemas['LiveFrame'] | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('resource' in value)) return null
  if ('error' in value && !isErrorBody(value.error)) return null
  return value as Schemas['LiveFrame']
}
