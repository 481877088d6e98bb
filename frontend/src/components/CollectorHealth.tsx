// Which of the exporters' collectors deliver nothing, and which of those worked an hour ago.
import { PromTable, type Figure } from '@/components/PromTable'
import { formatSeconds, formatWhole } from '@/lib/units'

const COLLECTORS: readonly Figure[] = [
  {
    title: 'Nothing from',
    expression: 'count by (collector) (node_scrape_collector_success == 0)',
    format: formatWhole,
  },
  {
    title: 'Stopped within the hour',
    expression:
      'count by (collector) (node_scrape_collector_success == 0 and node_scrape_collector_success offset 1h == 1)',
    format: (value) => (value > 0 ? <span className="font-medium text-bad">{formatWhole(value)}</span> : '0'),
  },
  {
    title: 'Slowest',
    expression:
      'max by (collector) (node_scrape_collector_duration_seconds) and on (collector) node_scrape_collector_success == 0',
    format: formatSeconds,
  },
]

export function CollectorHealth() {
  return (
    <PromTable
      title="Collectors without data"
      label="collector"
      labelTitle="Collector"
      figures={COLLECTORS}
      nothing="All collectors deliver."
    >
      <p className="px-3 py-2 text-xs text-ink-faint">
        A machine without the hardware has nothing to tell, and that is no fault; one that stopped is. The exporter’s
        log on the server says why.
      </p>
    </PromTable>
  )
}
