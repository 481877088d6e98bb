// Pictures for docs/, made of a simulated fleet; run by `make screenshots`, not by `make test`.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['e2e/**/*.shots.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 300_000 },
})
