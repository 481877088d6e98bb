// What the fleet page costs in a real browser, wherever it is served.
import { busyOf, metric, openBare, type BarePage } from './bareBrowser.ts'
import { pause } from './stack.ts'

/** `WATCH_SECONDS=1800 make bench-ui` shows what half an hour leaves in the heap. */
const WATCHED_MS = Number(process.env.WATCH_SECONDS ?? 30) * 1000
/** Until the page stands still: curves, map and completions come after the rows. */
const SETTLE_MS = 5000
const KEYS = 'web-1'
/** Between two keys: what a key sets off happens within. All of them fit between two ticks. */
const KEY_MS = 400
const SIZE = { width: 1440, height: 900 }
const ROWS = `document.querySelector('[role=table] [data-row-link]')`

/** Resolves when a tick has come and was drawn. */
async function nextTick(page: BarePage): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    const seen = new MutationObserver(() => { seen.disconnect(); setTimeout(done, 500) })
    seen.observe(document.querySelector('main dl'), { subtree: true, childList: true, characterData: true })
  })`)
}

async function typeKeys(page: BarePage): Promise<void> {
  for (const key of KEYS) {
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key })
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key })
    await pause(KEY_MS)
  }
}

/** First rows, ticks, heap and keys of the fleet page there. */
export async function measureFleet(url: string): Promise<Record<string, number>> {
  const page = await openBare(SIZE)
  try {
    // The first page of a browser pays for the browser, and the first question for making the fleet.
    await page.send('Page.navigate', { url })
    await page.until(ROWS)
    const began = performance.now()
    await page.send('Page.navigate', { url: 'about:blank' })
    await page.send('Page.navigate', { url })
    await page.until(ROWS)
    const firstRows = performance.now() - began
    await pause(SETTLE_MS)
    const busy = await busyOf(page, () => pause(WATCHED_MS))
    await page.send('HeapProfiler.collectGarbage')
    const heap = await metric(page, 'JSHeapUsedSize')
    await page.evaluate(`document.querySelector('input[type=search]').focus()`)
    // A tick has its own figure.
    await nextTick(page)
    const keys = await busyOf(page, () => typeKeys(page))
    await page.until(`location.search.includes('filter=${KEYS}')`)
    return {
      'first rows, ms': Math.round(firstRows),
      'main thread busy, %': Number(((busy / WATCHED_MS) * 100).toFixed(2)),
      'heap, MB': Number((heap / 1e6).toFixed(1)),
      'main thread per key, ms': Math.round(keys / KEYS.length),
    }
  } finally {
    await page.close()
  }
}
