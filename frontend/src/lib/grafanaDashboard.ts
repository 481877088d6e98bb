// Links to the dashboards that `grafana/` brings into a Grafana.
import { relativeTimes, type Range } from '@/lib/ranges'

/** The uids of `grafana/*.ts`. */
export type Dashboard = 'sightline-server' | 'sightline-gpu'

interface DashboardLink {
  dashboard: Dashboard
  /** By the dashboard's names; one that is left out stays what it is by default. */
  variables?: Record<string, string>
  range?: Range
}

/** @param base ends in a slash */
export function grafanaDashboard(base: string, { dashboard, variables = {}, range }: DashboardLink): string {
  const search = new URLSearchParams(Object.entries(variables).map(([name, value]) => [`var-${name}`, value]))
  if (range) for (const [name, value] of Object.entries(relativeTimes(range))) search.set(name, value)
  return `${base}d/${dashboard}${search.size > 0 ? `?${search}` : ''}`
}
