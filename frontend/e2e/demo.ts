// A simulated fleet for a test: simulator, a real Prometheus that already has its past and our rules, and the gateway.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { binary, freePorts, program, ROOT, type Program } from './stack.ts'

export interface Demo {
  url: string
  prometheus: Program
  gateway: Program
  close: () => Promise<void>
}

interface DemoOptions {
  servers: number
  /** Seconds of history. */
  history: number
  /** Two fleets of one seed agree. */
  seed?: number
}

/** Seconds between scrapes. */
const SCRAPE = 5
/** Writing the past may take so long, and reading the configuration. */
const PAST_MS = 180_000
const RELOAD_MS = 30_000

export async function startDemo({ servers, history, seed = 1 }: DemoOptions): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-demo-'))
  const [simulatorPort, prometheusPort, gatewayPort] = await freePorts(3)
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`
  const simulatorBin = binary('SIGHTLINE_SIM_BIN', 'sightline-sim')
  const played = [`--servers=${servers}`, `--seed=${seed}`, `--interval=${SCRAPE}`]
  const config = join(folder, 'prometheus.yml')
  await symlink(join(ROOT, 'prometheus/rules'), join(folder, 'rules'))
  // Without targets and rules at first: their samples of now would make the past too old to take.
  await writeFile(config, 'global: {}\n')

  const simulator = program('simulator', simulatorBin, {
    arguments: [`--listen=127.0.0.1:${simulatorPort}`, ...played],
    ready: `http://127.0.0.1:${simulatorPort}/targets`,
  })
  const prometheus = program('Prometheus', process.env.PROMETHEUS_BIN ?? 'prometheus', {
    arguments: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-lifecycle',
    ],
    ready: `${prometheusUrl}/-/ready`,
  })
  const gateway = program('gateway', binary('SIGHTLINE_GATEWAY_BIN', 'sightline-gateway'), {
    environment: { SIGHTLINE_LISTEN: `127.0.0.1:${gatewayPort}`, SIGHTLINE_PROMETHEUS_URL: prometheusUrl },
    ready: `http://127.0.0.1:${gatewayPort}/-/healthy`,
  })
  const close = async () => {
    await Promise.all([simulator, prometheus, gateway].map((it) => it.kill()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await prometheus.start()
    const past = [`--history=${history}`, `--remote-write=${prometheusUrl}/api/v1/write`]
    await promisify(execFile)(simulatorBin, [...played, ...past], { timeout: PAST_MS })
    await simulator.start()
    await writeFile(config, configOf(`127.0.0.1:${simulatorPort}`, `127.0.0.1:${gatewayPort}`))
    await reload(prometheusUrl)
    await gateway.start()
  } catch (error) {
    await close()
    throw error
  }
  return { url: `http://127.0.0.1:${gatewayPort}`, prometheus, gateway, close }
}

async function reload(prometheusUrl: string): Promise<void> {
  const answer = await fetch(`${prometheusUrl}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(RELOAD_MS) })
  if (!answer.ok) throw new Error(`Prometheus does not take its configuration: ${await answer.text()}`)
}

function configOf(simulator: string, gateway: string): string {
  return [
    `global: { scrape_interval: ${SCRAPE}s, scrape_timeout: 4s, evaluation_interval: ${SCRAPE}s }`,
    'rule_files: [rules/*.yml]',
    'scrape_configs:',
    '  - job_name: node',
    `    http_sd_configs: [{ url: "http://${simulator}/targets" }]`,
    '  - job_name: gateway',
    `    static_configs: [{ targets: ["${gateway}"] }]`,
    '',
  ].join('\n')
}
