// GPUs as a dense table of any length: only the rows on screen are drawn.
import { useRef, useState, type KeyboardEvent } from 'react'

import type { FleetGpu } from '@/api/queries'
import { GPU_COLUMNS, GpuLink, type GpuColumn } from '@/components/gpuColumns'
import { WarningBadge } from '@/components/gpuWarnings'
import { Share } from '@/components/Share'
import { NotTold } from '@/components/Told'
import { nextSort, parseSort } from '@/lib/sorting'
import { formatCelsius, formatWatts, ratio } from '@/lib/units'
import type { RowWindow } from '@/lib/windowing'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { useSize } from '@/ui/useSize'

export const ROW_HEIGHT = 28
export const CARD_HEIGHT = 64
/** Narrower than this a row is a card of two lines. */
export const TABLE_WIDTH = 560
const NAME_WIDTH = 180

interface GpuRowsTableProps {
  rows: ReadonlyMap<number, FleetGpu>
  matched: number
  window: RowWindow
  asCards: boolean
  previous: boolean
  sort: string | undefined
  onSort: (sort: string | undefined) => void
}

export function GpuRowsTable(props: GpuRowsTableProps) {
  return props.asCards ? <Cards {...props} /> : <Table {...props} />
}

function Table({ rows, matched, window, previous, sort, onSort }: GpuRowsTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useSize(box)?.width ?? 0
  // Rows don't move under the pointer: what stood where it came in stays in its place.
  const [held, setHeld] = useState<ReadonlyMap<number, FleetGpu> | null>(null)
  const columns = fitting(width)
  const grid = [`minmax(${NAME_WIDTH}px, 2fr)`, ...columns.map((it) => `minmax(${it.width}px, 1fr)`)].join(' ')
  const indexes = Array.from({ length: Math.max(0, window.end - window.first) }, (_, offset) => window.first + offset)
  const current = new Map([...rows.values()].map((it) => [keyOf(it), it]))
  return (
    <div ref={box} role="table" aria-label="GPUs" aria-rowcount={matched + 1} aria-busy={previous} className="min-w-0">
      <div
        role="row"
        aria-rowindex={1}
        className="sticky top-11 z-10 grid border-b border-line-strong bg-surface"
        style={{ gridTemplateColumns: grid }}
      >
        <ColumnTitle title="GPU" by="server" first="ascending" align="left" sort={sort} onSort={onSort} />
        {columns.map(({ id, title, sort: by, first, align }) => (
          <ColumnTitle key={id} title={title} by={by} first={first} align={align} sort={sort} onSort={onSort} />
        ))}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys are those of the rows' links */}
      <div
        role="rowgroup"
        className={classes('relative', previous && 'opacity-60')}
        style={{ height: matched * ROW_HEIGHT }}
        onKeyDown={moveBetweenRows}
        onPointerEnter={(event) => {
          if (event.pointerType === 'mouse') setHeld(rows)
        }}
        onPointerLeave={() => {
          setHeld(null)
        }}
      >
        {indexes.map((index) => {
          const placed = held?.get(index)
          const row = (placed && current.get(keyOf(placed))) ?? rows.get(index)
          return (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              data-index={index}
              className="absolute inset-x-0 grid h-7 items-center border-b border-line hover:bg-hover"
              style={{ gridTemplateColumns: grid, top: index * ROW_HEIGHT }}
            >
              <div role="rowheader" className="min-w-0 px-2">
                {row && <GpuLink row={row} />}
              </div>
              {columns.map((column) => (
                <div
                  key={column.id}
                  role="cell"
                  className={classes(
                    'min-w-0 px-2',
                    column.align === 'right' && 'text-right',
                    row?.status && row.status !== 'up' && 'old',
                  )}
                >
                  {row ? column.cell(row) : <span className="block h-2 rounded bg-bar-track" />}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Cards({ rows, matched, window }: GpuRowsTableProps) {
  return (
    <ul role="list" aria-label="GPUs" className="relative" style={{ height: matched * CARD_HEIGHT }}>
      {Array.from({ length: Math.max(0, window.end - window.first) }, (_, offset) => window.first + offset).map(
        (index) => {
          const row = rows.get(index)
          return (
            <li
              key={index}
              aria-setsize={matched}
              aria-posinset={index + 1}
              className="absolute inset-x-0 flex flex-col justify-center gap-1 border-b border-line px-3"
              style={{ top: index * CARD_HEIGHT, height: CARD_HEIGHT }}
            >
              {row && <Card row={row} />}
            </li>
          )
        },
      )}
    </ul>
  )
}

function Card({ row }: { row: FleetGpu }) {
  return (
    <>
      <div className="flex items-center gap-2">
        <GpuLink row={row} />
        <span className="ml-auto flex min-w-0 text-xs">
          <WarningBadge warnings={row.warnings} />
        </span>
      </div>
      <dl className="grid grid-cols-[1fr_1fr_auto_auto] gap-3 text-xs">
        <Figure label="Use" ratio={row.utilization_ratio} />
        <Figure label="Mem" ratio={ratio(row.memory_used_bytes, row.memory_total_bytes)} />
        <div>
          <dt className="sr-only">Temperature</dt>
          <dd>{row.temperature_celsius === null ? <NotTold /> : formatCelsius(row.temperature_celsius)}</dd>
        </div>
        <div>
          <dt className="sr-only">Power</dt>
          <dd>{row.power_watts === null ? <NotTold /> : formatWatts(row.power_watts)}</dd>
        </div>
      </dl>
    </>
  )
}

function Figure({ label, ratio }: { label: string; ratio: number | null }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <dt className="text-ink-faint">{label}</dt>
      <dd className="min-w-0 flex-1">{ratio === null ? <NotTold /> : <Share ratio={ratio} judged={false} />}</dd>
    </div>
  )
}

function fitting(width: number): GpuColumn[] {
  let left = width - NAME_WIDTH
  const columns: GpuColumn[] = []
  for (const column of GPU_COLUMNS) {
    left -= column.width
    if (left < 0) break
    columns.push(column)
  }
  return columns
}

function keyOf(row: FleetGpu): string {
  return [row.server_name, row.gpu, row.uuid, row.pci_bus_id, row.mig_id].join(' ')
}

interface ColumnTitleProps {
  title: string
  by: string | undefined
  first: GpuColumn['first']
  align: GpuColumn['align']
  sort: string | undefined
  onSort: (sort: string | undefined) => void
}

function ColumnTitle({ title, by, first, align, sort, onSort }: ColumnTitleProps) {
  const sorted = parseSort(sort)
  const direction = by !== undefined && sorted?.column === by ? sorted.direction : null
  const side = align === 'right' && 'text-right'
  if (by === undefined) {
    return (
      <div
        role="columnheader"
        className={classes('min-w-0 truncate px-2 text-xs leading-8 font-medium text-ink-soft', side)}
      >
        {title}
      </div>
    )
  }
  return (
    <div role="columnheader" aria-sort={direction ?? 'none'} className={classes('min-w-0', side)}>
      <button
        type="button"
        className={classes(
          'inline-flex h-8 max-w-full items-center gap-0.5 px-2 text-xs font-medium hover:text-ink',
          direction ? 'text-ink' : 'text-ink-soft',
        )}
        onClick={() => {
          onSort(nextSort(sort, by, first))
        }}
      >
        <span className="truncate">{title}</span>
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} className="size-3" />}
      </button>
    </div>
  )
}

/** Arrow keys go from the link of a row to that of its neighbour; the page scrolls with the focus. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const index = Number((event.target as HTMLElement).closest('[data-index]')?.getAttribute('data-index'))
  const next = event.currentTarget.querySelector<HTMLElement>(`[data-index="${index + step}"] [data-row-link]`)
  if (!next) return
  event.preventDefault()
  next.focus()
}
