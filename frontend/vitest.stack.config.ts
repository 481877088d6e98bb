// The one test of the real stack: exporter, Prometheus and gateway as programs, and a browser in front.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['e2e/**/*.e2e.ts'], environment: 'node', testTimeout: 240_000, hookTimeout: 120_000 },
})
