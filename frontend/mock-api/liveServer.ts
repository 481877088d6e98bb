// The WebSocket of the mock gateway: each subscription gets a frame at once and on every tick.
import type { WebSocket } from 'ws'

import type { Schemas } from '../src/api/client.ts'
import type { MockFleet } from './answer.ts'
import { INTERVAL_SECONDS } from './rows.ts'

/** Serves one connection until it closes. `fleet` is asked anew each time: the scenario may change meanwhile. */
export function serveLive(socket: WebSocket, fleet: () => MockFleet): void {
  const resources = new Set<string>()
  const send = (frame: Schemas['LiveFrame']) => {
    socket.send(JSON.stringify(frame))
  }
  const tick = setInterval(() => {
    if (fleet().scenario.gatewayAway) socket.close(1012, '{"retry_after_ms":3000}')
    else for (const resource of resources) send(frameOf(fleet(), resource))
  }, INTERVAL_SECONDS * 1000)
  socket.on('close', () => {
    clearInterval(tick)
  })
  socket.on('message', (data: Buffer) => {
    const request = parse(data.toString())
    if (request === null) {
      send({
        resource: null,
        error: { error: 'not a subscribe or unsubscribe message', code: 'bad_request', parameter: null },
      })
    } else if ('unsubscribe' in request) {
      resources.delete(request.unsubscribe)
    } else {
      resources.add(request.subscribe)
      send(frameOf(fleet(), request.subscribe))
    }
  })
}

function frameOf(fleet: MockFleet, resource: string): Schemas['LiveFrame'] {
  const { status, body } = fleet.answer(resource)
  if (status === 200) return { resource, at: fleet.now(), body: body as Schemas['LiveBody'] }
  return { resource, error: body as Schemas['ErrorBody'] }
}

function parse(text: string): Schemas['LiveRequest'] | null {
  try {
    const value: unknown = JSON.parse(text)
    const known = typeof value === 'object' && value !== null && ('subscribe' in value || 'unsubscribe' in value)
    return known ? (value as Schemas['LiveRequest']) : null
  } catch {
    return null
  }
}
