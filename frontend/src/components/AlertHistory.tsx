// What fired in the last days, by rule or by server: how often, how long, when last, and a strip of it.
import { useQuery } from '@tanstack/react-query'

import { rangeQuery, type Lines } from '@/api/promqlQueries'
import { Age } from '@/components/Age'
import { QueryButton } from '@/components/QueryButton'
import { episodes, totalSeconds, type Episode } from '@/lib/episodes'
import { count } from '@/lib/plural'
import type { Range } from '@/lib/ranges'
import { formatAge, formatShortDateTime } from '@/lib/time'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'
import { Failure, Loading, Nothing } from '@/ui/Message'

const RANGE: Range = { kind: 'rolling', id: '7d' }
/** The longest burning ones; a table of ten thousand servers helps nobody. */
const MOST_ROWS = 50

interface Row {
  name: string
  episodes: Episode[]
  /** Most at a time. */
  most: number
  range: { start: number; end: number }
}

export function AlertHistory({ by, text }: { by: 'rule' | 'server'; text: string | undefined }) {
  const label = by === 'rule' ? 'alertname' : 'instance'
  const expression = `count by (${label}) (ALERTS{alertstate="firing"})`
  const { data, error } = useQuery(rangeQuery(expression, RANGE))
  const rows = data && rowsOf(data, label).filter((it) => matches(it.name, text))
  return (
    <Card
      title="The last 7 days"
      note={rows && count(rows.length, by)}
      actions={<QueryButton title="what fired" queries={[{ label: 'Firing', expression }]} />}
    >
      {!rows ? (
        error ? (
          <Failure title="The history cannot be shown." error={error} />
        ) : (
          <Loading what="the history" />
        )
      ) : rows.length === 0 ? (
        <Nothing>Nothing fired.</Nothing>
      ) : (
        <DataTable
          label="What fired in the last 7 days"
          columns={columnsOf(by)}
          rows={rows.slice(0, MOST_ROWS)}
          rowKey={(it) => it.name}
        />
      )}
      {rows && rows.length > MOST_ROWS && (
        <p className="px-3 py-2 text-xs text-ink-faint">The {MOST_ROWS} that fired longest are shown.</p>
      )}
    </Card>
  )
}

function rowsOf({ lines, ...grid }: Lines, label: string): Row[] {
  return lines
    .map(({ metric, values }) => ({
      name: metric[label] ?? 'the fleet',
      episodes: episodes(values, grid),
      most: Math.max(...values.map((it) => it ?? 0)),
      range: grid,
    }))
    .toSorted((a, b) => totalSeconds(b.episodes) - totalSeconds(a.episodes))
}

function matches(name: string, text: string | undefined): boolean {
  return (text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.toLowerCase().includes(word))
}

function columnsOf(by: 'rule' | 'server'): readonly Column<Row>[] {
  return [
    { title: by === 'rule' ? 'Rule' : 'Server', cell: (it) => it.name },
    { title: 'Times', align: 'right', cell: (it) => it.episodes.length },
    { title: 'In all', align: 'right', cell: (it) => formatAge(totalSeconds(it.episodes)) },
    { title: 'Most at once', align: 'right', cell: (it) => it.most },
    { title: 'Last', align: 'right', cell: (it) => <Last row={it} /> },
    { title: 'When', wide: true, cell: (it) => <Strip row={it} /> },
  ]
}

function Last({ row }: { row: Row }) {
  const last = row.episodes.at(-1)
  if (!last) return null
  return last.end > row.range.end ? (
    'now'
  ) : (
    <>
      <Age since={last.end} /> ago
    </>
  )
}

const UNITS = 1000

function Strip({ row: { episodes, range } }: { row: Row }) {
  const x = (time: number) => ((time - range.start) / (range.end - range.start)) * UNITS
  const words = episodes.map((it) => `${formatShortDateTime(it.start)} for ${formatAge(it.end - it.start)}`)
  return (
    <svg
      viewBox={`0 0 ${UNITS} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.slice(-5).join('; ')}
      className="block h-3 w-full min-w-40 bg-bar-track"
    >
      {episodes.map((it) => (
        <rect
          key={it.start}
          x={x(it.start)}
          y="0"
          height="10"
          width={Math.max(2, x(it.end) - x(it.start))}
          className="fill-bar-bad"
        />
      ))}
    </svg>
  )
}
