import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { GatewayError } from '@/api/client'
import { LiveConnection, type LiveSink } from '@/api/live'

/** A socket whose other end is the test. */
class FakeSocket {
  static all: FakeSocket[] = []
  readyState = 0
  sent: unknown[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null

  constructor() {
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {
    this.readyState = 3
  }
  accept() {
    this.readyState = 1
    this.onopen?.()
  }
  say(frame: unknown) {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) })
  }
  drop(code = 1006, reason = '') {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1)
    if (!socket) throw new Error('no socket was opened')
    return socket
  }
}

const sink = { body: vi.fn(), unchanged: vi.fn(), failure: vi.fn(), clock: vi.fn() } satisfies LiveSink
const get = vi.fn<(resource: string) => Promise<unknown>>()
let live: LiveConnection

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
  get.mockRejectedValue(new GatewayError('The gateway does not answer.', 'unreachable'))
  FakeSocket.all = []
  live = new LiveConnection({ sink, get, connect: () => new FakeSocket() as unknown as WebSocket, random: () => 1 })
  live.start()
})

afterEach(() => {
  live.stop()
  vi.useRealTimers()
})

describe('deltas', () => {
  const rows = [
    { id: 'a', cpu: 1 },
    { id: 'b', cpu: 2 },
    { id: 'c', cpu: 3 },
  ]
  const whole = { resource: '/a', at: 1, body: { total: 3, servers: rows } }
  const delta = (changes: object) => ({
    resource: '/a',
    at: 2,
    delta: { list: { total: 4, servers: [] }, field: 'servers', order: null, added: [], changed: {}, ...changes },
  })
  const last = () => sink.body.mock.lastCall?.[1] as { total: number; servers: { id: string; cpu: number }[] }

  beforeEach(() => {
    FakeSocket.last.accept()
    live.subscribe('/a')
    FakeSocket.last.say(whole)
  })

  test('what changed is put into the list, and the other rows stay what they were', () => {
    const before = last()
    FakeSocket.last.say(delta({ changed: { cpu: { rows: [1], values: [9] } } }))
    expect(last()).toEqual({ total: 4, servers: [rows[0], { id: 'b', cpu: 9 }, rows[2]] })
    expect(last().servers[0]).toBe(before.servers[0])
    expect(before.servers[1]?.cpu).toBe(2)
    FakeSocket.last.say(delta({ changed: { cpu: { rows: null, values: [7, 8, 9] } } }))
    expect(last().servers.map(({ cpu }) => cpu)).toEqual([7, 8, 9])
  })

  test('rows move, come and go', () => {
    const order = [2, null, 0]
    FakeSocket.last.say(delta({ order, added: [{ id: 'd', cpu: 4 }], changed: { cpu: { rows: [2], values: [5] } } }))
    expect(last().servers).toEqual([rows[2], { id: 'd', cpu: 4 }, { id: 'a', cpu: 5 }])
    FakeSocket.last.say(delta({ order: [1] }))
    expect(last().servers).toEqual([{ id: 'd', cpu: 4 }])
  })

  test('one that comes before its list is left out', () => {
    FakeSocket.last.drop()
    vi.advanceTimersByTime(60_000)
    live.subscribe('/b')
    FakeSocket.last.accept()
    sink.body.mockClear()
    FakeSocket.last.say({ ...delta({}), resource: '/b' })
    expect(sink.body).not.toHaveBeenCalled()
  })
})

describe('subscriptions', () => {
  test('many users are one subscription, and the last to leave ends it after a while', () => {
    FakeSocket.last.accept()
    const leave = live.subscribe('/a')
    const leaveToo = live.subscribe('/a')
    leave()
    leave()
    vi.advanceTimersByTime(5_000)
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }])
    leaveToo()
    vi.advanceTimersByTime(5_000)
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }, { unsubscribe: '/a' }])
  })

  test('who comes back at once keeps the subscription', () => {
    FakeSocket.last.accept()
    live.subscribe('/a')()
    vi.advanceTimersByTime(500)
    live.subscribe('/a')
    vi.advanceTimersByTime(5_000)
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }])
  })

  test('those made before the socket opens are sent when it does, and again after it was lost', () => {
    live.subscribe('/a')
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }])
    FakeSocket.last.drop()
    vi.advanceTimersByTime(500)
    FakeSocket.last.accept()
    expect(FakeSocket.all).toHaveLength(2)
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }])
  })
})

describe('frames', () => {
  beforeEach(() => {
    live.subscribe('/a')
    FakeSocket.last.accept()
  })

  test('a body, an unchanged and a failure go where they belong', () => {
    FakeSocket.last.say({ resource: '/a', at: 100, body: { x: 1 } })
    FakeSocket.last.say({ resource: '/a', at: 105 })
    FakeSocket.last.say({ resource: '/a', error: { error: 'no such server', code: 'not_found', parameter: 'id' } })
    expect(sink.body).toHaveBeenCalledExactlyOnceWith('/a', { x: 1 })
    expect(sink.unchanged).toHaveBeenCalledExactlyOnceWith('/a')
    expect(sink.clock.mock.calls).toEqual([[100], [105]])
    expect(sink.failure.mock.calls[0]).toMatchObject(['/a', { message: 'no such server', code: 'not_found' }])
  })

  test.each([['garbage'], ['null'], ['[]'], ['{"resource":"/b","at":1,"body":{}}'], ['{"resource":"/a","error":7}']])(
    '%s changes nothing',
    (text) => {
      FakeSocket.last.say(text)
      expect(sink.body).not.toHaveBeenCalled()
      expect(sink.failure).not.toHaveBeenCalled()
      expect(live.state).toEqual({ kind: 'live' })
    },
  )
})

describe('a lost connection', () => {
  test('waits longer each time, and starts over once frames come', () => {
    FakeSocket.last.accept()
    const waits: number[] = []
    for (let round = 0; round < 3; round += 1) {
      FakeSocket.last.drop()
      const wait = live.state.kind === 'waiting' ? live.state.retryAt - Date.now() : Number.NaN
      waits.push(wait)
      vi.advanceTimersByTime(wait)
      FakeSocket.last.accept()
    }
    FakeSocket.last.say({ resource: null, at: 1 })
    FakeSocket.last.drop()
    if (live.state.kind === 'waiting') waits.push(live.state.retryAt - Date.now())
    expect(waits).toEqual([500, 1000, 2000, 500])
  })

  test('a gateway that drains says when to come back', () => {
    FakeSocket.last.accept()
    FakeSocket.last.drop(1012, '{"retry_after_ms":7000}')
    expect(live.state).toMatchObject({ kind: 'waiting', retryAt: Date.now() + 7000 })
  })

  test('does not wait when told to try now', () => {
    FakeSocket.last.accept()
    FakeSocket.last.drop(1012, '{"retry_after_ms":7000}')
    live.retryNow()
    expect(FakeSocket.all).toHaveLength(2)
  })

  test('silence is a dead line', () => {
    live.subscribe('/a')
    FakeSocket.last.accept()
    vi.advanceTimersByTime(19_000)
    FakeSocket.last.say({ resource: '/a', at: 1 })
    vi.advanceTimersByTime(19_000)
    expect(live.state.kind).toBe('live')
    vi.advanceTimersByTime(2_000)
    expect(live.state.kind).not.toBe('live')
  })

  test('a handshake that hangs is given up', () => {
    vi.advanceTimersByTime(10_000)
    expect(live.state.kind).toBe('waiting')
  })
})

describe('where WebSockets do not get through', () => {
  async function failHandshakes() {
    FakeSocket.last.drop()
    await vi.advanceTimersByTimeAsync(500)
    FakeSocket.last.drop()
    await vi.advanceTimersByTimeAsync(0)
  }

  test('polls the same resources, and takes the socket when it works again', async () => {
    get.mockResolvedValue({ x: 1 })
    live.subscribe('/a')
    await failHandshakes()
    expect(live.state).toEqual({ kind: 'polling' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(get).toHaveBeenCalledTimes(3)
    expect(sink.body).toHaveBeenLastCalledWith('/a', { x: 1 })
    await vi.advanceTimersByTimeAsync(50_000)
    expect(FakeSocket.all).toHaveLength(3)
    FakeSocket.last.accept()
    expect(live.state).toEqual({ kind: 'live' })
  })

  test('a page opened while polling is asked for at once', async () => {
    get.mockResolvedValue({ x: 1 })
    live.subscribe('/a')
    await failHandshakes()
    live.subscribe('/b')
    expect(get).toHaveBeenLastCalledWith('/b', expect.anything())
  })

  test('a refusal is an answer: the gateway is there', async () => {
    get.mockRejectedValue(new GatewayError('there is no such server', 'not_found'))
    live.subscribe('/a')
    await failHandshakes()
    expect(live.state).toEqual({ kind: 'polling' })
  })

  test('when GET fails too, the gateway is away', async () => {
    live.subscribe('/a')
    await failHandshakes()
    expect(live.state).toMatchObject({ kind: 'waiting', reason: 'The gateway does not answer.' })
  })
})

describe('a hidden tab', () => {
  test('is paused after a while and comes back at once', () => {
    FakeSocket.last.accept()
    live.subscribe('/a')
    live.setVisible(false)
    vi.advanceTimersByTime(9_000)
    expect(live.state.kind).toBe('live')
    vi.advanceTimersByTime(2_000)
    expect(live.state).toEqual({ kind: 'paused' })
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.all).toHaveLength(1)
    live.setVisible(true)
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual([{ subscribe: '/a', deltas: true }])
  })

  test('a glance at another tab changes nothing', () => {
    FakeSocket.last.accept()
    live.setVisible(false)
    vi.advanceTimersByTime(3_000)
    live.setVisible(true)
    vi.advanceTimersByTime(15_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(live.state.kind).toBe('live')
  })
})
