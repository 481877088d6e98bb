// Debian's chromium under Playwright, and pages opened on the built UI with the mock gateway behind it.
import { chromium, type Browser, type Page } from 'playwright-core'

import { MockGateway } from '../mock-api/mockGateway.ts'
import type { ScenarioName } from '../mock-api/scenarios.ts'
import { serveSite, type Site } from '../mock-api/staticServer.ts'

/** The moment at which tests take place: both the gateway's clock and the browser's. */
export const NOW = Date.UTC(2026, 10, 20, 12, 0, 2) / 1000

export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser with a profile that nobody used before. Never downloads one. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium', args: ARGUMENTS })
}

export interface Opened {
  page: Page
  gateway: MockGateway
  site: Site
  /** What the page wrote to the console as errors, its content security policy's refusals included. */
  errors: string[]
  /** What the page asked for: addresses without the host, and behind each what it sent there; and what it sent to sockets. */
  requests: string[]
  close: () => Promise<void>
}

interface Options {
  scenario?: ScenarioName
  theme?: 'light' | 'dark'
  /** For tests of waiting itself. Otherwise the clock stands still. */
  clock?: 'frozen' | 'running'
  width?: number
  height?: number
}

/** Opens a path of the built UI in a scenario, with the clock standing still. */
export async function open(browser: Browser, path: string, options: Options = {}): Promise<Opened> {
  const running = options.clock === 'running'
  const gateway = new MockGateway(options.scenario ?? 'fleet', running ? () => Date.now() / 1000 : () => NOW)
  const site = await serveSite(new URL('../dist', import.meta.url).pathname, gateway)
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.theme ?? 'light',
    timezoneId: 'UTC',
    locale: 'en-GB',
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    // A gateway that is away is what some tests are about; the browser says so by itself.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) {
      errors.push(message.text())
    }
  })
  const requests: string[] = []
  page.on('request', (it) => {
    const sent = new URLSearchParams(it.postData() ?? '').get('query')
    requests.push(it.url().slice(site.url.length) + (sent === null ? '' : ` ${sent}`))
  })
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => requests.push(String(payload)))
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  // The date stands still; timers run on, or nothing that waits for one would ever be drawn.
  if (!running) await page.clock.setFixedTime(NOW * 1000)
  await page.goto(site.url + path)
  return {
    page,
    gateway,
    site,
    errors,
    requests,
    close: async () => {
      await context.close()
      await site.close()
    },
  }
}
