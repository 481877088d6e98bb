// A gateway for a measurement: on a Prometheus whose servers it all knows.

import path from 'node:path'

import { built, freePort } from './stack.mjs'

/** Starts one (GATEWAY_BIN names another than that in target/release). Returns its address and process id. */
export async function measuredGateway(stack, prometheus, servers) {
  const gateway = `127.0.0.1:${await freePort()}`
  const pid = await stack.start(process.env.GATEWAY_BIN ?? path.join(built('release'), 'sightline-gateway'), [], {
    answers: `http://${gateway}/api/health`,
    env: {
      SIGHTLINE_LISTEN: gateway,
      SIGHTLINE_PROMETHEUS_URL: prometheus.url,
      // On a small machine a tick about ten thousand servers may take longer than the default allows.
      SIGHTLINE_PROMETHEUS_TIMEOUT: '20s',
    },
  })
  const { snapshot } = await (await fetch(`http://${gateway}/api/health`)).json()
  if (snapshot.servers !== servers) throw new Error(`the snapshot has ${snapshot.servers} servers, not ${servers}`)
  return { gateway, pid }
}
