// The real stack for a test: exporter, Prometheus and gateway as child processes on free loopback ports.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How long a program may take until it serves. */
const START_MS = 60_000
/** How long one may take to end after it was asked to. */
const STOP_MS = 10_000

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A program that can be killed and started again on the same port, as a supervisor would. */
export interface Program {
  start: () => Promise<void>
  /** Ends it at once, without a chance to say goodbye. */
  kill: () => Promise<void>
}

export interface Stack {
  url: string
  prometheus: Program
  gateway: Program
  close: () => Promise<void>
}

interface StackOptions {
  /** False for a Prometheus that scrapes nobody. */
  scraped?: boolean
}

export async function startStack({ scraped = true }: StackOptions = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-stack-'))
  const [exporterPort, prometheusPort, gatewayPort] = await freePorts(3)
  const config = join(folder, 'prometheus.yml')
  await writeFile(config, prometheusConfig(scraped ? [`127.0.0.1:${exporterPort}`] : []))

  const exporter = program('exporter', binary('SIGHTLINE_EXPORTER_BIN', 'sightline-exporter'), {
    arguments: [`--web.listen-address=127.0.0.1:${exporterPort}`],
    ready: `http://127.0.0.1:${exporterPort}/metrics`,
  })
  const prometheus = program('Prometheus', process.env.PROMETHEUS_BIN ?? 'prometheus', {
    arguments: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ],
    ready: `http://127.0.0.1:${prometheusPort}/-/ready`,
  })
  const gateway = program('gateway', binary('SIGHTLINE_GATEWAY_BIN', 'sightline-gateway'), {
    environment: {
      SIGHTLINE_LISTEN: `127.0.0.1:${gatewayPort}`,
      SIGHTLINE_PROMETHEUS_URL: `http://127.0.0.1:${prometheusPort}`,
    },
    ready: `http://127.0.0.1:${gatewayPort}/-/healthy`,
  })
  const programs = [exporter, prometheus, gateway]
  const close = async () => {
    await Promise.all(programs.map((it) => it.kill()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(programs.map((it) => it.start()))
  } catch (error) {
    await close()
    throw error
  }
  return { url: `http://127.0.0.1:${gatewayPort}`, prometheus, gateway, close }
}

/** Named by the environment, or what `cargo build` made: the release build, else the debug one. */
export function binary(variable: string, name: string): string {
  const named = process.env[variable]
  if (named) return named
  const built = ['release', 'debug'].map((profile) => join(ROOT, 'target', profile, name)).find((it) => existsSync(it))
  if (!built) throw new Error(`there is no ${name}: build it with cargo, or name one in ${variable}`)
  return built
}

function prometheusConfig(targets: string[]): string {
  return [
    'global: { scrape_interval: 5s, scrape_timeout: 4s, evaluation_interval: 5s }',
    'scrape_configs:',
    '  - job_name: node',
    `    static_configs: [{ targets: ${JSON.stringify(targets)} }]`,
    '',
  ].join('\n')
}

interface ProgramOptions {
  arguments?: string[]
  environment?: Record<string, string>
  /** Answers with success once the program serves. */
  ready: string
}

export function program(
  name: string,
  path: string,
  { arguments: args = [], environment = {}, ready }: ProgramOptions,
): Program {
  let child: ChildProcess | null = null
  let said = ''
  return {
    start: async () => {
      said = ''
      const started = spawn(path, args, { env: { ...inherited(), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      const remember = (text: Buffer) => {
        said = (said + text.toString()).slice(-4000)
      }
      started.stdout.on('data', remember)
      started.stderr.on('data', remember)
      started.on('error', (error) => {
        said += String(error)
      })
      await waitUntilReady(
        name,
        ready,
        () => started.exitCode !== null || started.pid === undefined,
        () => said,
      )
    },
    kill: async () => {
      const running = child
      child = null
      // It never started, or it has ended already.
      if (running?.exitCode !== null || running.signalCode !== null || running.pid === undefined) return
      const ended = new Promise<void>((done) =>
        running.once('exit', () => {
          done()
        }),
      )
      running.kill('SIGKILL')
      await Promise.race([ended, pause(STOP_MS)])
    },
  }
}

/** The environment without our own variables: those of this test are no keys of the programs', which refuse unknown ones. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SIGHTLINE_')))
}

async function waitUntilReady(name: string, url: string, hasEnded: () => boolean, said: () => string): Promise<void> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error(`${name} ended before it served. It said:\n${said()}`)
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await pause(200)
  }
  throw new Error(`${name} does not answer on ${url} after ${START_MS / 1000} s. It said:\n${said()}`)
}

/** Ports that nobody listens on; all are held until each is known, so that none is given twice. */
export async function freePorts(count: number): Promise<[number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      return server
    }),
  )
  const ports = servers.map((it) => (it.address() as AddressInfo).port)
  await Promise.all(servers.map((it) => new Promise((done) => it.close(done))))
  return ports as [number, number, number]
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
