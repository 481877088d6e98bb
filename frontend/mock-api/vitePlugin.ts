// Lets `npm run dev` and `npm run preview` answer as the gateway would. `MOCK_SCENARIO` chooses the situation,
// `/mock/<name>` changes it.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Plugin, PreviewServer, ViteDevServer } from 'vite'

import { MockGateway } from './mockGateway.ts'
import { isScenario, SCENARIOS } from './scenarios.ts'

export function mockGateway(): Plugin {
  return { name: 'sightline-mock-gateway', apply: 'serve', configureServer: attach, configurePreviewServer: attach }
}

function attach({ middlewares, httpServer }: ViteDevServer | PreviewServer): void {
  const name = process.env.MOCK_SCENARIO ?? 'fleet'
  if (!isScenario(name)) throw new Error(`MOCK_SCENARIO is ${name}; allowed are ${Object.keys(SCENARIOS).join(', ')}`)
  const gateway = new MockGateway(name)
  middlewares.use((request, response, next) => {
    if (!gateway.handle(request, response)) next()
  })
  httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    gateway.upgrade(request, socket, head)
  })
}
