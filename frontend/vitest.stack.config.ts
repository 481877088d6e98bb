// The tests on real programs: this machine's exporter, or a simulated fleet, Prometheus and gateway, and a browser in front.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    environment: 'node',
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    // Real processes and a real clock: a second and a third chance, and the report names what needed it.
    retry: 2,
  },
})
