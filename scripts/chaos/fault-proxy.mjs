// Stands between the gateway and Prometheus and spoils answers as it is told.

import http from 'node:http'

import { sleep } from '../stack.mjs'

/** What can be done to an answer, by name: a function of the response to the gateway, Prometheus' status and its body. */
const SPOILERS = {
  page: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>It works!</h1></html>'),
  noise: (response, _status, body) => {
    const noise = Buffer.from(body)
    for (let at = 7; at < noise.length; at += 31) noise[at] = (at * 167) & 0xff
    response.writeHead(200, { 'content-type': 'application/json' }).end(noise)
  },
  half: (response, status, body) => {
    response.writeHead(status, { 'content-length': body.length })
    response.write(body.subarray(0, body.length / 2), () => response.destroy())
  },
  // The length is that of the half: HTTP sees nothing wrong.
  cut: (response, status, body) => response.writeHead(status).end(body.subarray(0, body.length / 2)),
  shape: (response) =>
    response.end('{"status":"success","data":{"resultType":"vector","result":[{"metric":[],"value":{}}]}}'),
  refusal: (response) => response.writeHead(503).end('no healthy upstream'),
  error: (response) => response.writeHead(422).end('{"status":"error","errorType":"execution","error":"as told"}'),
  reset: (response) => response.destroy(),
}

/** The names of all ways to spoil an answer at once. */
export const GARBAGE = Object.keys(SPOILERS)

/**
 * Starts on `port` in front of `upstream`, and lets `hear` have the body of each question; `set` takes one of [`GARBAGE`],
 * `{ slow: milliseconds }`, `'silence'` or null.
 */
export async function startFaultProxy(port, upstream, hear) {
  let fault = null
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })

  async function answer(request, response) {
    const applied = fault
    const body = await read(request)
    hear(body.toString())
    if (applied === 'silence') return // until the gateway gives up
    if (applied?.slow) await sleep(applied.slow)
    const { method, url: path, headers } = request
    const asked = http.request(upstream + path, {
      method,
      agent,
      headers: { ...headers, host: new URL(upstream).host },
    })
    const [status, kind, whole] = await new Promise((resolve, reject) => {
      asked.once('error', reject).once('response', (it) => {
        read(it).then((whole) => resolve([it.statusCode, it.headers['content-type'], whole]), reject)
      })
      asked.end(body)
    })
    if (typeof applied === 'string') SPOILERS[applied](response, status, whole)
    else response.writeHead(status, kind ? { 'content-type': kind } : {}).end(whole)
  }

  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    set: (next) => (fault = next),
    end: () => {
      agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function read(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
