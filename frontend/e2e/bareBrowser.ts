// Chromium that nobody listens to but for one question: what its page's main thread has done. For measuring alone: under
// Playwright the page reports each request and each frame of a WebSocket, which would be counted as the page's own work.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { WebSocket } from 'ws'

import { ARGUMENTS } from './browser.ts'
import { pause } from './stack.ts'

const START_MS = 30_000
const ANSWER_MS = 60_000
const POLL_MS = 20

export interface BarePage {
  send: <Result>(method: string, parameters?: object) => Promise<Result>
  /** The value of an expression; it must be one that JSON can say. */
  evaluate: <Result>(expression: string) => Promise<Result>
  /** Resolves when the expression is truthy. */
  until: (expression: string) => Promise<void>
  close: () => Promise<void>
}

interface Answer {
  id?: number
  result?: unknown
  error?: { message: string }
}

interface Size {
  width: number
  height: number
}

/** A browser of its own with one page, which shows nothing yet. */
export async function openBare({ width, height }: Size): Promise<BarePage> {
  const profile = await mkdtemp(join(tmpdir(), 'sightline-bare-'))
  const child = spawn(
    process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
    [
      ...ARGUMENTS,
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      `--window-size=${width},${height}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const close = async () => {
    await end(child)
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const { origin } = new URL((await debuggerUrl(child)).replace(/^ws/, 'http'))
    const targets = (await (await fetch(`${origin}/json/list`)).json()) as {
      type: string
      webSocketDebuggerUrl: string
    }[]
    const target = targets.find((it) => it.type === 'page')
    if (!target) throw new Error('chromium has no page')
    const send = await connect(target.webSocketDebuggerUrl)
    await send('Performance.enable')
    // The window's frame is not the page's.
    await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    return { ...pageOf(send), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A figure of the page's own accounts, such as `TaskDuration` in seconds. */
export async function metric(page: BarePage, name: string): Promise<number> {
  const { metrics } = await page.send<{ metrics: { name: string; value: number }[] }>('Performance.getMetrics')
  return metrics.find((it) => it.name === name)?.value ?? Number.NaN
}

/** Milliseconds that the page's main thread is busy while something happens. */
export async function busyOf(page: BarePage, happens: () => Promise<void>): Promise<number> {
  const before = await metric(page, 'TaskDuration')
  await happens()
  return ((await metric(page, 'TaskDuration')) - before) * 1000
}

type Send = BarePage['send']

function pageOf(send: Send): Omit<BarePage, 'close'> {
  const evaluate = async <Result>(expression: string): Promise<Result> => {
    const { result, exceptionDetails } = await send<{
      result: { value: unknown }
      exceptionDetails?: { text: string }
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`)
    return result.value as Result
  }
  const until = async (expression: string) => {
    const deadline = Date.now() + ANSWER_MS
    while (Date.now() < deadline) {
      if (await evaluate(`Boolean(${expression})`)) return
      await pause(POLL_MS)
    }
    throw new Error(`did not come within ${ANSWER_MS / 1000} s: ${expression}`)
  }
  return { send, evaluate, until }
}

/** Chromium says it on its first lines. */
async function debuggerUrl(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('chromium has no output')
  const said: string[] = []
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line)
      const url = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (url) {
        // Whoever does not read it fills the pipe.
        child.stderr.resume()
        return url
      }
    }
  } finally {
    clearTimeout(late)
  }
  throw new Error(`chromium ended before it listened. It said:\n${said.join('\n')}`)
}

async function connect(url: string): Promise<Send> {
  const socket = new WebSocket(url, { maxPayload: 1 << 30 })
  await once(socket, 'open', { signal: AbortSignal.timeout(START_MS) })
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  return async <Result>(method: string, parameters: object = {}) => {
    last += 1
    const id = last
    const answer = await new Promise<Answer>((done, fail) => {
      const late = setTimeout(() => {
        fail(new Error(`chromium does not answer ${method}`))
      }, ANSWER_MS)
      waiting.set(id, (it) => {
        clearTimeout(late)
        done(it)
      })
      socket.send(JSON.stringify({ id, method, params: parameters }))
    })
    waiting.delete(id)
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result as Result
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(START_MS) })
  child.kill('SIGKILL')
  await ended
}
