// The hooks that every spec of pages has: one browser, a page per test, and no error in its console.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

import { open, startBrowser, type Opened } from './browser.ts'

export type Visit = (path: string, options?: Parameters<typeof open>[2]) => Promise<Opened>

/** Once per file. What it returns opens a path of the built UI; the test's end closes it. */
export function visiting(): Visit {
  let browser: Browser
  let opened: Opened | undefined
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser.close()
  })
  afterEach(async () => {
    const errors = opened?.errors ?? []
    await opened?.close()
    opened = undefined
    expect(errors).toEqual([])
  })
  return async (path, options) => {
    opened = await open(browser, path, options)
    return opened
  }
}
