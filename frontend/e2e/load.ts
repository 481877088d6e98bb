// CPU load: every core busy until stopped.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

const BUSY = `const { workerData } = require('node:worker_threads')
while (Date.now() < workerData.until) Math.sqrt(Math.random())`

/** Even when nobody stops it, it ends by itself. */
const LONGEST_MS = 60_000

export function makeLoad(): { stop: () => Promise<void> } {
  const until = Date.now() + LONGEST_MS
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(BUSY, { eval: true, workerData: { until } }),
  )
  return {
    stop: async () => {
      await Promise.all(workers.map((it) => it.terminate()))
    },
  }
}
