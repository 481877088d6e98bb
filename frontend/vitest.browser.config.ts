// Browser tests: the built UI in Debian's chromium, against the mock gateway.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // A page may take its time on a busy machine; what never comes still fails.
    expect: { poll: { timeout: 20_000 } },
    // One browser at a time: a machine of two cores has no more to give.
    fileParallelism: false,
    // Real processes and a real clock: a second and a third chance, and the report names what needed it.
    retry: 2,
  },
})
