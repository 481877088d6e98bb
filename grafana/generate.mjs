// Writes dashboards/*.json from the dashboards in this folder. Run it after changing one: node grafana/generate.mjs

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { fleet } from './fleet.mjs'
import { gateway } from './gateway.mjs'
import { gpu } from './gpu.mjs'
import { server } from './server.mjs'

export const dashboards = { fleet, server, gpu, gateway }

export const textOf = (dashboard) => `${JSON.stringify(dashboard, null, 2)}\n`

export const fileOf = (name) => new URL(`dashboards/${name}.json`, import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, dashboard] of Object.entries(dashboards)) writeFileSync(fileOf(name), textOf(dashboard))
}
