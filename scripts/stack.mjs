// Starts programs for a measurement or a test on free ports of the loopback, and ends them all afterwards.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** The folder that cargo builds into, for `release` or `debug`. */
export const built = (profile) => path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), profile)

/** Runs `use(stack)` and ends every program that it started, whatever happens. */
export async function withStack(use) {
  const stack = new Stack()
  const interrupted = () => void stack.end().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await use(stack)
  } finally {
    await stack.end()
    // Else it would end the program before the programs of the next stack are ended.
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

class Stack {
  folder = mkdtempSync(path.join(tmpdir(), 'sightline-'))
  #running = []
  #atEnd = []

  /** Calls `act` before the programs are ended. */
  onEnd(act) {
    this.#atEnd.push(act)
  }

  /** Starts a program; `answers` is a URL that tells when it is ready. Returns its process id. */
  async start(program, args, { answers, env = {}, within = 30_000 }) {
    let output = ''
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve))
    child.stdout.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
    child.stderr.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
    this.#running.push({ child, ended })

    let gone = false
    void ended.then(() => (gone = true))
    const deadline = Date.now() + within
    for (;;) {
      if (gone) throw new Error(`${program} ended instead of answering:\n${output}`)
      if (Date.now() > deadline) throw new Error(`${program} did not answer ${answers} within ${within} ms:\n${output}`)
      if (await ok(answers)) return child.pid
      await sleep(5)
    }
  }

  /** Starts a Prometheus with this configuration, written as JSON (which is YAML). Returns its URL and process id. */
  async startPrometheus(configuration, flags = []) {
    const url = `http://127.0.0.1:${await freePort()}`
    const file = path.join(this.folder, 'prometheus.yml')
    writeFileSync(file, JSON.stringify(configuration))
    const data = path.join(this.folder, 'data')
    const listen = `--web.listen-address=${url.slice('http://'.length)}`
    const program = process.env.PROMETHEUS_BIN ?? 'prometheus'
    const pid = await this.start(program, [`--config.file=${file}`, `--storage.tsdb.path=${data}`, listen, ...flags], {
      answers: `${url}/-/ready`,
    })
    return { url, pid }
  }

  /** Ends one of the programs and waits until it is gone. */
  async stop(pid, signal = 'SIGTERM') {
    const at = this.#running.findIndex(({ child }) => child.pid === pid)
    const [{ child, ended }] = this.#running.splice(at, 1)
    child.kill(signal)
    if (!(await Promise.race([ended.then(() => true), sleep(5000, false, { ref: false })]))) {
      child.kill('SIGKILL')
      await ended
    }
  }

  async end() {
    for (const act of this.#atEnd.splice(0)) act()
    while (this.#running.length > 0) await this.stop(this.#running.at(-1).child.pid)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function ok(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** A port of the loopback that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** What the kernel says about a process: CPU seconds used so far, resident bytes now and at most. */
export function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)[1]) * 1024
  const ticksPerSecond = 100 // USER_HZ, the same on every Linux architecture that we build for
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    resident: bytes('VmRSS'),
    peak: bytes('VmHWM'),
  }
}

export { sleep }
