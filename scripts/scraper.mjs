// What measurements of exporters have in common: which there are, how one is started, and how it is asked.

import http from 'node:http'
import path from 'node:path'

import { built, freePort } from './stack.mjs'

export const candidates = [
  { name: 'sightline-exporter', program: path.join(built('release'), 'sightline-exporter') },
  { name: 'node_exporter', program: process.env.NODE_EXPORTER_BIN ?? 'prometheus-node-exporter' },
]

/** Starts an exporter on a port of its own, which `scrape` then asks over one kept connection. */
export async function launch(stack, { name, program }, flags) {
  const url = `http://127.0.0.1:${await freePort()}/metrics`
  const began = performance.now()
  const args = [`--web.listen-address=${new URL(url).host}`, ...flags]
  const pid = await stack.start(program, args, { answers: url })
  const started = performance.now() - began
  return { name, program, url, pid, started, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }), latencies: [] }
}

/** One scrape: its text, unless `it.encoding` asks for another, and when a list of latencies is given, its milliseconds in there. */
export function scrape(it, latencies) {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const request = http.get(
      it.url,
      { agent: it.agent, headers: { 'accept-encoding': it.encoding ?? 'identity' }, timeout: 10_000 },
      (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          latencies?.push(performance.now() - began)
          if (response.statusCode !== 200) return reject(new Error(`${it.url} answers ${response.statusCode}`))
          it.body = Buffer.concat(chunks).toString()
          resolve(it.body)
        })
      },
    )
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`${it.url} does not answer`)))
  })
}
