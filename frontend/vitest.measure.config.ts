// Measurements of the built UI in Debian's chromium: figures of time, for a machine that does nothing else.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/**/*.measure.ts'],
    environment: 'node',
    testTimeout: 120_000 + Number(process.env.WATCH_SECONDS ?? 30) * 1000,
    hookTimeout: 60_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
