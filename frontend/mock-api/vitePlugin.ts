// Lets the dev server answer as the gateway would. `MOCK_SCENARIO` chooses the situation, `/mock/<name>` changes it.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Plugin } from 'vite'

import { MockGateway } from './mockGateway.ts'
import { isScenario, SCENARIOS } from './scenarios.ts'

export function mockGateway(): Plugin {
  return {
    name: 'sightline-mock-gateway',
    apply: 'serve',
    configureServer(server) {
      const name = process.env.MOCK_SCENARIO ?? 'fleet'
      if (!isScenario(name))
        throw new Error(`MOCK_SCENARIO is ${name}; allowed are ${Object.keys(SCENARIOS).join(', ')}`)
      const gateway = new MockGateway(name)
      server.middlewares.use((request, response, next) => {
        if (!gateway.handle(request, response)) next()
      })
      server.httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        gateway.upgrade(request, socket, head)
      })
    },
  }
}
