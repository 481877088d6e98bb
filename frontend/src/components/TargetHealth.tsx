// Does what is scraped answer, in time, and with a clock that is right: by job, and the servers whose clocks are off.
import { Link } from '@tanstack/react-router'

import { PromTable, type Figure } from '@/components/PromTable'
import { formatAge } from '@/lib/time'
import { formatSeconds, formatWhole } from '@/lib/units'

const TARGETS: readonly Figure[] = [
  { title: 'Targets', expression: 'count by (job) (up)', format: formatWhole },
  { title: 'Answer', expression: 'sum by (job) (up)', format: formatWhole },
  { title: 'Samples per scrape, all', expression: 'sum by (job) (scrape_samples_scraped)', format: formatWhole },
  {
    title: 'Scrape, 95th percentile',
    expression: 'quantile by (job) (0.95, scrape_duration_seconds)',
    format: formatSeconds,
  },
  { title: 'Slowest scrape', expression: 'max by (job) (scrape_duration_seconds)', format: formatSeconds },
  { title: 'Oldest scrape', expression: 'max by (job) (time() - timestamp(up))', format: formatAge },
]

export function TargetHealth() {
  return (
    <PromTable
      title="Targets"
      note="what Prometheus scrapes, by job"
      label="job"
      labelTitle="Job"
      figures={TARGETS}
      nothing="Prometheus scrapes nothing."
    />
  )
}

const SKEW: readonly Figure[] = [
  {
    title: 'Off by',
    expression: 'topk(10, abs(node_time_seconds - timestamp(node_time_seconds)))',
    format: formatSeconds,
  },
]

export function ClockSkew() {
  return (
    <PromTable
      title="Clocks"
      note="the ten furthest from that of Prometheus; a scrape's own time counts, too"
      label="instance"
      labelTitle="Server"
      figures={SKEW}
      name={(instance) => (
        <Link
          to="/servers/$id"
          params={{ id: instance }}
          className="underline-offset-2 hover:text-accent hover:underline"
        >
          {instance}
        </Link>
      )}
      nothing="No server tells its time."
    />
  )
}
