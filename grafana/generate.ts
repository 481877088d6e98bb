// Writes dashboards/*.json from the dashboards in this folder. Run it after changing one: npm --prefix grafana run generate

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

import { fleet } from './fleet.ts'
import { gateway } from './gateway.ts'
import { gpu } from './gpu.ts'
import { server } from './server.ts'

export const dashboards: Record<string, Dashboard> = { fleet, server, gpu, gateway }

export const textOf = (dashboard: Dashboard) => `${JSON.stringify(dashboard, null, 2)}\n`

export const fileOf = (name: string) => new URL(`dashboards/${name}.json`, import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, dashboard] of Object.entries(dashboards)) writeFileSync(fileOf(name), textOf(dashboard))
}
