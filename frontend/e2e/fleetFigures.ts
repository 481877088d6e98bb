// What the fleet page costs in a real browser, wherever it is served.
import { busyOf, metric, openBare, type BarePage } from './bareBrowser.ts'
import { serveCharts, tickOf } from './chartsPage.ts'
import { median } from './median.ts'
import { pause } from './stack.ts'

/** `WATCH_SECONDS=1800 make bench-ui` shows what half an hour leaves in the heap. */
const WATCHED_MS = Number(process.env.WATCH_SECONDS ?? 30) * 1000
/** Until the page stands still: curves, map and completions come after the rows. */
const SETTLE_MS = 5000
const KEYS = 'web-1'
/** Between two keys: what a key sets off happens within. All of them fit between two ticks. */
const KEY_MS = 400
/** What Event Timing tells at the least, and what Long Tasks does (w3.org/TR/event-timing, w3.org/TR/longtasks). */
const LEAST_PAINT_MS = 16
const LEAST_TASK_MS = 50
const SIZE = { width: 1440, height: 900 }
const ROWS = `document.querySelector('[role=table] [data-row-link]')`

/** Resolves when a tick has come and was drawn. */
async function nextTick(page: BarePage): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    const seen = new MutationObserver(() => { seen.disconnect(); setTimeout(done, 500) })
    seen.observe(document.querySelector('main dl'), { subtree: true, childList: true, characterData: true })
  })`)
}

/** The longest that a key waited for its paint, and the longest that the main thread was held, by the page's own clock. */
interface Waits {
  paint: number
  task: number
}

/** Listens to both from now on. A key that is painted sooner than the standard lets a page know counts as that. */
async function watchWaits(page: BarePage): Promise<void> {
  await page.evaluate(`
    globalThis.waits = { paint: ${LEAST_PAINT_MS}, task: 0 }
    const watch = (options, key) => new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) waits[key] = Math.max(waits[key], duration)
    }).observe(options)
    watch({ type: 'event', durationThreshold: ${LEAST_PAINT_MS} }, 'paint')
    watch({ type: 'longtask' }, 'task')
    undefined
  `)
}

async function typeKeys(page: BarePage): Promise<void> {
  for (const key of KEYS) {
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key })
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key })
    await pause(KEY_MS)
  }
}

/**
 * First rows, ticks, heap and keys of the fleet page there. A figure of time is the machine's as well as the page's: beside the
 * keys stands what uPlot takes in the same minute for a tick that is known of another machine.
 */
export async function measureFleet(url: string): Promise<Record<string, number>> {
  const closing: (() => Promise<void>)[] = []
  try {
    const charts = await serveCharts()
    closing.push(charts.close)
    const yardstick = await charts.open('known')
    closing.push(yardstick.close)
    const page = await openBare(SIZE)
    closing.push(page.close)
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
    const known = [await tickOf(yardstick), await tickOf(yardstick)]
    // A tick has its own figure.
    await nextTick(page)
    await watchWaits(page)
    const keys = await busyOf(page, () => typeKeys(page))
    await page.until(`location.search.includes('filter=${KEYS}')`)
    const waits = await page.evaluate<Waits>('waits')
    known.push(await tickOf(yardstick))
    const key = keys / KEYS.length
    return {
      'first rows, ms': Math.round(firstRows),
      'main thread busy, %': Number(((busy / WATCHED_MS) * 100).toFixed(2)),
      'heap, MB': Number((heap / 1e6).toFixed(1)),
      'main thread for a key and all that it sets off, ms': Math.round(key),
      'uPlot as it is known, a tick of 12 charts, ms': Number(median(known).toFixed(1)),
      'a key in those': Number((key / median(known)).toFixed(2)),
      'key to paint, the worst of five, ms': waits.paint,
      [`longest task, ms (${LEAST_TASK_MS}: none is longer)`]: Math.max(LEAST_TASK_MS, waits.task),
    }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}
