// The WebSocket of the mock gateway: each subscription gets a frame at once and on every tick.
import type { WebSocket } from 'ws'

import type { Schemas } from '../src/api/client.ts'
import type { FleetMap } from '../src/api/fleetMap.ts'
import type { MockFleet } from './answer.ts'
import { INTERVAL_SECONDS } from './rows.ts'

/** Serves one connection until it closes. `fleet` is asked anew each time: the scenario may change meanwhile. */
export function serveLive(socket: WebSocket, fleet: () => MockFleet): void {
  const resources = new Set<string>()
  const named = new Map<string, number>()
  const send = (frame: Schemas['LiveFrame']) => {
    socket.send(JSON.stringify(frame))
  }
  const tick = setInterval(() => {
    if (fleet().scenario.gatewayAway) socket.close(1012, '{"retry_after_ms":3000}')
    else for (const resource of resources) send(withoutKnownNames(frameOf(fleet(), resource), named))
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
      named.delete(request.subscribe)
      send(withoutKnownNames(frameOf(fleet(), request.subscribe), named))
    }
  })
}

function frameOf(fleet: MockFleet, resource: string): Schemas['LiveFrame'] {
  const { status, body } = fleet.answer(resource)
  if (status === 200) return { resource, at: fleet.now(), body: body as Schemas['LiveBody'] }
  return { resource, error: body as Schemas['ErrorBody'] }
}

/** Members are named in the first frame, and again when they changed. `named` is the generation that the client knows. */
function withoutKnownNames(frame: Schemas['LiveFrame'], named: Map<string, number>): Schemas['LiveFrame'] {
  if (!('body' in frame) || !frame.resource.startsWith('/api/v1/map')) return frame
  const map = frame.body as FleetMap
  const known = named.get(frame.resource) === map.generation
  named.set(frame.resource, map.generation)
  return known ? { ...frame, body: { ...map, servers: null } } : frame
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
