// Links into Grafana's Explore.
import { ROLLING, type Range } from '@/lib/ranges'

/** The data source that `grafana/provisioning` makes; a Grafana without it takes its default one. */
const DATA_SOURCE = { type: 'prometheus', uid: 'sightline' }

/** @param base ends in a slash */
export function grafanaExplore(base: string, expression: string, range: Range): string {
  const pane = {
    datasource: DATA_SOURCE.uid,
    queries: [{ refId: 'A', expr: expression, datasource: DATA_SOURCE }],
    range: timesOf(range),
  }
  return `${base}explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ sightline: pane }))}`
}

/** As Grafana has them: words that follow now, or unix milliseconds. */
function timesOf(range: Range): { from: string; to: string } {
  if (range.kind === 'rolling') return { from: `now-${ROLLING[range.id].seconds}s`, to: 'now' }
  return { from: String(range.start * 1000), to: String(range.end * 1000) }
}
