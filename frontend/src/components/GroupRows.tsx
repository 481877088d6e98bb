// The servers in groups by a label: each a row with count, mean, 95th percentile and worst, and its servers when opened.
import { STATUSES } from '@/api/fleetMap'
import { Plain } from '@/components/Plain'
import { HEAT_METRICS, type HeatMetric } from '@/components/heatMetrics'
import { ServerTable, type ServerTableProps } from '@/components/ServerTable'
import { Share } from '@/components/Share'
import { StatusLabel } from '@/components/status'
import { useHeatGrid } from '@/components/useHeatGrid'
import type { HeatGroup, Scale } from '@/lib/heatGrid'
import { FORMATTERS } from '@/lib/panelUnits'
import { formatWhole } from '@/lib/units'
import { Icon } from '@/ui/Icon'
import { Failure, Loading } from '@/ui/Message'
import { ScrollX } from '@/ui/ScrollX'

/** Each open one subscribes to its rows, and a connection has room for so many. */
const MOST_OPEN = 6

interface GroupRowsProps extends ServerTableProps {
  /** The label. */
  group: string
  metric: HeatMetric
  /** Names of the groups that are open. */
  open: readonly string[]
  onOpen: (open: readonly string[]) => void
}

export function GroupRows({ group, metric, open, onOpen, ...table }: GroupRowsProps) {
  const shown = metric === 'status' ? 'cpu' : metric
  const { grid, error } = useHeatGrid({ filter: table.filter, metric: shown, group })
  if (!grid) return error ? <Failure title="The groups cannot be listed." error={error} /> : <Loading what="groups" />
  const title = HEAT_METRICS[shown].label
  return (
    <ScrollX label="Groups, sideways">
      <div role="table" aria-label={`Groups by ${group}`} className="min-w-140">
        <div role="row" className={`${GRID} border-b border-line-strong text-xs text-ink-soft`}>
          <Head>{group}</Head>
          <Head right>Servers</Head>
          <Head>Worst status</Head>
          <Head right>{`${title}, mean`}</Head>
          <Head right>95th percentile</Head>
          <Head right>Worst</Head>
        </div>
        {grid.groups.map((it) => (
          <GroupRow
            key={it.name}
            group={it}
            scale={grid.scale}
            label={group}
            isOpen={open.includes(it.name)}
            onToggle={() => {
              onOpen(
                open.includes(it.name) ? open.filter((name) => name !== it.name) : [...open, it.name].slice(-MOST_OPEN),
              )
            }}
            table={table}
          />
        ))}
      </div>
    </ScrollX>
  )
}

const GRID = 'grid min-h-7 grid-cols-[minmax(9rem,2fr)_5rem_7rem_repeat(3,minmax(7rem,1fr))] items-center'

function Head({ right = false, children }: { right?: boolean; children: string }) {
  return (
    <div role="columnheader" className={`px-2 py-1.5 font-medium ${right ? 'text-right' : ''}`}>
      {children}
    </div>
  )
}

interface GroupRowProps {
  group: HeatGroup
  scale: Scale
  label: string
  isOpen: boolean
  onToggle: () => void
  table: ServerTableProps
}

function GroupRow({ group, scale, label, isOpen, onToggle, table }: GroupRowProps) {
  const term = termOf(label, group.name)
  const name = group.name === '' ? 'without the label' : group.name
  return (
    <>
      <div role="row" className={`${GRID} border-b border-line hover:bg-hover`}>
        <div role="rowheader" className="min-w-0 px-2">
          {term === null ? (
            <span className="pl-4.5 text-ink-soft">{name}</span>
          ) : (
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={onToggle}
              className="flex max-w-full items-center gap-1 font-medium hover:text-accent"
            >
              <Icon name="right" className={isOpen ? 'size-3.5 rotate-90' : 'size-3.5'} />
              <span className="truncate">{name}</span>
            </button>
          )}
        </div>
        <div role="cell" className="px-2 text-right">
          {formatWhole(group.count)}
        </div>
        <div role="cell" className="flex px-2">
          <StatusLabel status={STATUSES[group.status] ?? 'up'} />
        </div>
        {[group.mean, group.p95, group.maximum].map((value, index) => (
          <div role="cell" key={index} className="px-2 text-right">
            {scale.unit === 'ratio' ? (
              <Share ratio={value} judged={scale.judged} />
            ) : (
              <Plain text={FORMATTERS[scale.unit](value)} />
            )}
          </div>
        ))}
      </div>
      {isOpen && term !== null && (
        <div role="row" className="border-b border-line bg-canvas pl-4">
          <div role="cell">
            <ServerTable
              {...table}
              label={`Servers of ${name}`}
              filter={[table.filter, term].filter(Boolean).join(' ')}
            />
          </div>
        </div>
      )}
    </>
  )
}

/** What the filter says for a group; null where it has no words for it: a term ends at a blank. */
function termOf(label: string, value: string): string | null {
  return value === '' || /\s/.test(value) || !/^\w+$/.test(label) ? null : `${label}=${value}`
}
