// Alerting rules for which nothing holds: what is watched, and whether the watching itself works.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import type { AlertingRule } from '@/api/promql'
import { rulesQuery } from '@/api/promqlQueries'
import { alertWords } from '@/lib/alertValue'
import { formatAge } from '@/lib/time'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'
import { Icon } from '@/ui/Icon'
import { Failure, Loading, Nothing } from '@/ui/Message'

const COLUMNS: readonly Column<AlertingRule>[] = [
  { title: 'Rule', cell: (it) => it.name },
  { title: 'Severity', cell: (it) => it.labels.severity ?? '' },
  { title: 'Fires when', cell: (it) => alertWords({ ...it, expression: it.query, value: null }).threshold ?? '' },
  { title: 'For', align: 'right', cell: (it) => formatAge(it.duration) },
  {
    title: 'Expression',
    wide: true,
    cell: (it) => (
      <Link
        to="/explore"
        search={{ expr: it.query }}
        title="Open in Explore"
        className="font-mono text-xs [overflow-wrap:anywhere] whitespace-normal text-ink-soft underline-offset-2 hover:text-accent hover:underline"
      >
        {it.query}
      </Link>
    ),
  },
  { title: 'Evaluation', cell: (it) => <Evaluation rule={it} /> },
]

export function InactiveRules({ text }: { text: string | undefined }) {
  const { data, error } = useQuery(rulesQuery)
  const words = (text ?? '').toLowerCase().split(/\s+/)
  const shown = data
    ?.filter((it) => it.state === 'inactive')
    .filter((it) =>
      words.every((word) => `${it.name} ${it.query} ${JSON.stringify(it.labels)}`.toLowerCase().includes(word)),
    )
  return (
    <Card title="Inactive rules" note={shown?.length}>
      {!shown ? (
        error ? (
          <Failure title="The rules cannot be listed." error={error} />
        ) : (
          <Loading what="the rules" />
        )
      ) : shown.length === 0 ? (
        <Nothing>
          {data?.length === 0 ? 'Prometheus has no alerting rules: load prometheus/rules/alerts.yml.' : 'None.'}
        </Nothing>
      ) : (
        <DataTable label="Inactive rules" columns={COLUMNS} rows={shown} rowKey={(it) => `${it.name} ${it.query}`} />
      )}
    </Card>
  )
}

function Evaluation({ rule }: { rule: AlertingRule }) {
  if (rule.health === 'ok') return <span className="text-ink-soft">works</span>
  return (
    <span className="inline-flex items-center gap-1 text-bad" title={rule.lastError}>
      <Icon name="warning" className="size-3.5" /> {rule.health}
      <span className="sr-only">: {rule.lastError}</span>
    </span>
  )
}
