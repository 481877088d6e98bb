// Links into Grafana's Explore.
import { relativeTimes, type Range } from '@/lib/ranges'

/** The data source that `grafana/provisioning` makes; a Grafana without it takes its default one. */
const DATA_SOURCE = { type: 'prometheus', uid: 'sightline' }

/** @param base ends in a slash */
export function grafanaExplore(base: string, expression: string, range: Range): string {
  const pane = {
    datasource: DATA_SOURCE.uid,
    queries: [{ refId: 'A', expr: expression, datasource: DATA_SOURCE }],
    range: relativeTimes(range),
  }
  return `${base}explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ sightline: pane }))}`
}
