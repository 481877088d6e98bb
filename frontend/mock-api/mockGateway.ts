// The mock gateway as something that a Node HTTP server can carry: requests, WebSockets, and a switch for the scenario.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'

import { WebSocketServer } from 'ws'

import { MockFleet } from './answer.ts'
import { serveLive } from './liveServer.ts'
import { isScenario, SCENARIOS, type ScenarioName } from './scenarios.ts'

export class MockGateway {
  #fleet: MockFleet
  readonly #now: () => number
  // A frame is at most 4 KiB, as in the gateway: a longer one is closed with 1009.
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 })

  constructor(scenario: ScenarioName, now: () => number = () => Date.now() / 1000) {
    this.#now = now
    this.#fleet = new MockFleet(scenario, now)
  }

  /** Puts the fleet into another situation; open connections go on in it. */
  setScenario(name: ScenarioName): void {
    this.#fleet = new MockFleet(name, this.#now)
    if (!this.#fleet.scenario.gatewayAway && !this.#fleet.scenario.socketsBlocked) return
    for (const socket of this.#sockets.clients) socket.close(1012, '{"retry_after_ms":4000}')
  }

  /** Answers what is the gateway's; false for what is not. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '/'
    if (url.startsWith('/mock/')) {
      this.#switch(url.slice('/mock/'.length), response)
      return true
    }
    if (!url.startsWith('/api/') && !url.startsWith('/prometheus/')) return false
    if (this.#fleet.scenario.gatewayAway) {
      // As near to nobody there as a server that is there can come.
      response.destroy()
      return true
    }
    if (url.startsWith('/prometheus/')) {
      void this.#proxy(request, response)
      return true
    }
    const { status, body } = this.#fleet.answer(url)
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(body))
    return true
  }

  /** A question of PromQL, in the URL or as a form. */
  async #proxy(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://gateway')
    const form = new URLSearchParams(await text(request))
    const { status, body, cache } = this.#fleet.promql(
      url.pathname,
      new URLSearchParams([...url.searchParams, ...form]),
    )
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-sightline-cache': `${cache}; fetched=0; age=0`,
    })
    response.end(JSON.stringify(body))
  }

  /** Takes WebSockets to `/api/v1/live`; false for any other. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (request.url !== '/api/v1/live') return false
    if (this.#fleet.scenario.gatewayAway || this.#fleet.scenario.socketsBlocked) {
      socket.destroy()
      return true
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      serveLive(opened, () => this.#fleet)
    })
    return true
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#sockets.close()
  }

  /** `/mock/empty` puts the dev server into that scenario and leads back to the page. */
  #switch(name: string, response: ServerResponse): void {
    if (!isScenario(name)) {
      response.writeHead(404, { 'content-type': 'text/plain' })
      response.end(`There is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}.\n`)
      return
    }
    this.setScenario(name)
    response.writeHead(303, { location: '/' })
    response.end()
  }
}
