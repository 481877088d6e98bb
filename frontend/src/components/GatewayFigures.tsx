// The gateway's figures about itself, as Prometheus scraped them.
import { useQuery } from '@tanstack/react-query'

import { vectorsQuery } from '@/api/promqlQueries'
import { Missing } from '@/components/Missing'
import { QueryButton } from '@/components/QueryButton'
import {
  formatBytes,
  formatCount,
  formatPerSecond,
  formatRatio,
  formatSeconds,
  formatTraffic,
  formatWhole,
  type Formatter,
} from '@/lib/units'
import { Card } from '@/ui/Card'
import { Failure } from '@/ui/Message'

const FIGURES: readonly { term: string; expression: string; format: Formatter }[] = [
  {
    term: 'A refresh takes (95th percentile)',
    expression: 'histogram_quantile(0.95, sum by (le) (rate(sightline_gateway_tick_duration_seconds_bucket[5m])))',
    format: formatSeconds,
  },
  { term: 'Questions in a refresh', expression: 'max(sightline_gateway_tick_queries)', format: formatWhole },
  {
    term: 'Refreshes that failed, in an hour',
    expression: 'sum(increase(sightline_gateway_ticks_total{outcome!="ok"}[1h]))',
    format: formatCount,
  },
  {
    term: 'Refreshes skipped, in an hour',
    expression: 'sum(increase(sightline_gateway_ticks_missed_total[1h]))',
    format: formatCount,
  },
  { term: 'Open pages', expression: 'sum(sightline_gateway_live_connections)', format: formatWhole },
  {
    term: 'Sent to them',
    expression: 'sum(rate(sightline_gateway_live_sent_bytes_total[5m]))',
    format: formatTraffic,
  },
  { term: 'Requests', expression: 'sum(rate(sightline_gateway_http_requests_total[5m]))', format: formatPerSecond },
  {
    term: 'PromQL answered from memory',
    expression:
      'sum(rate(sightline_gateway_proxy_requests_total{cache="hit"}[1h])) / sum(rate(sightline_gateway_proxy_requests_total[1h]))',
    format: formatRatio,
  },
  { term: 'Memory of the cache', expression: 'sum(sightline_gateway_proxy_cache_bytes)', format: formatBytes },
]

const QUERIES = FIGURES.map(({ term, expression }) => ({ label: term, expression }))
const QUERY = vectorsQuery(FIGURES.map((it) => it.expression))

export function GatewayFigures() {
  const { data: answers } = useQuery(QUERY)
  const failure = answers?.every((it) => it.error !== null) ? answers[0]?.error : null
  return (
    <Card title="The gateway about itself" actions={<QueryButton title="the gateway’s figures" queries={QUERIES} />}>
      {failure ? (
        <Failure title="The gateway’s figures are not known." error={failure} />
      ) : (
        <dl className="grid grid-cols-[repeat(auto-fit,minmax(13rem,1fr))] gap-3 px-3 pb-3">
          {FIGURES.map(({ term, format }, index) => {
            const value = answers?.[index]?.samples?.[0]?.value
            return (
              <div key={term}>
                <dt className="text-xs text-ink-soft">{term}</dt>
                <dd className="font-medium">{value === null || value === undefined ? <Missing /> : format(value)}</dd>
              </div>
            )
          })}
        </dl>
      )}
    </Card>
  )
}
