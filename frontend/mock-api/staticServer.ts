// The built UI and the mock gateway on one port, with the headers that the real gateway sends: what browser tests open.
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

import type { MockGateway } from './mockGateway.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Stricter than need be: what passes here passes wherever the gateway's policy is as strict or less. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"

export interface Site {
  url: string
  close: () => Promise<void>
}

export async function serveSite(folder: string, gateway: MockGateway, port = 0): Promise<Site> {
  const server = createServer((request, response) => {
    if (!gateway.handle(request, response)) void serveFile(folder, request.url ?? '/', response)
  })
  server.on('upgrade', (request, socket, head: Buffer) => {
    if (!gateway.upgrade(request, socket, head)) socket.destroy()
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server, gateway) }
}

/** A file of the build, or the page itself for a client route. */
async function serveFile(folder: string, url: string, response: ServerResponse): Promise<void> {
  const path = normalize(decodeURIComponent(new URL(url, 'http://site').pathname))
  const name = extname(path) === '' ? '/index.html' : path
  try {
    const content = await readFile(join(folder, name))
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    })
    response.end(content)
  } catch {
    response.writeHead(404)
    response.end()
  }
}

async function close(server: Server, gateway: MockGateway): Promise<void> {
  gateway.close()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}
