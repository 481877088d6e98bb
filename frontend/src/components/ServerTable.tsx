// The servers as a dense table of any length: only the rows on screen are asked for, kept live and drawn.
import { lazy, memo, Suspense, useMemo, useRef, useState, type KeyboardEvent } from 'react'

import type { ServerRow } from '@/api/queries'
import { fittingColumns, type ServerColumn } from '@/components/serverColumns'
import { useServerRows, type ServerRows } from '@/components/useServerRows'
import { heldRow } from '@/lib/hold'
import { nextSort, parseSort } from '@/lib/sorting'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { Failure, Loading, Nothing } from '@/ui/Message'
import { useLasting } from '@/ui/useLasting'
import { useRowWindow } from '@/ui/useRowWindow'
import { useSize } from '@/ui/useSize'

const ServerCards = lazy(async () => ({ default: (await import('@/components/ServerCards')).ServerCards }))

const ROW_HEIGHT = 28
const CARD_HEIGHT = 64
/** The rows of the filter before are greyed only when those of the new one let wait for them. */
const LATE_MS = 300
/** Narrower than this a row is a card of two lines. */
const TABLE_WIDTH = 560

export interface ServerTableProps {
  label?: string
  filter: string | undefined
  sort: string | undefined
  hasGpus: boolean
  /** Ids of the columns that somebody chose; null when nobody did. */
  columns: readonly string[] | null
  onSort: (sort: string | undefined) => void
}

export function ServerTable({ label = 'Servers', filter, sort, hasGpus, columns: chosen, onSort }: ServerTableProps) {
  const list = useRef<HTMLDivElement>(null)
  const size = useSize(list)
  const width = size?.width ?? 0
  const asCards = size !== null && width < TABLE_WIDTH
  const rowHeight = asCards ? CARD_HEIGHT : ROW_HEIGHT
  const [matched, setMatched] = useState(0)
  const window_ = useRowWindow(list, rowHeight, matched)
  const rows = useServerRows({ filter, sort, window: window_ })
  if (rows.matched !== null && rows.matched !== matched) setMatched(rows.matched)
  const ids = chosen?.join(',')
  const columns = useMemo(() => fittingColumns(ids?.split(',') ?? null, width, hasGpus), [ids, width, hasGpus])

  return (
    <div ref={list} className="min-w-0">
      {rows.matched === null || size === null ? (
        rows.error ? (
          <Failure title="The servers cannot be listed." error={rows.error} />
        ) : (
          <Loading what="servers" />
        )
      ) : rows.matched === 0 ? (
        <Nothing>No server matches this filter.</Nothing>
      ) : asCards ? (
        <Suspense>
          <ServerCards rows={rows} window={window_} height={CARD_HEIGHT} label={label} onKeyDown={moveBetweenRows} />
        </Suspense>
      ) : (
        <Table
          label={label}
          rows={rows}
          columns={columns}
          sort={sort}
          onSort={onSort}
          first={window_.first}
          end={window_.end}
        />
      )}
    </div>
  )
}

interface TableProps {
  label: string
  rows: ServerRows
  columns: ServerColumn[]
  sort: string | undefined
  onSort: (sort: string | undefined) => void
  first: number
  end: number
}

function Table({ label, rows, columns, sort, onSort, first, end }: TableProps) {
  const late = useLasting(rows.previous, LATE_MS)
  const [held, setHeld] = useState<ReadonlyMap<number, ServerRow> | null>(null)
  const grid = columns.map((it) => `minmax(${it.width}px, ${it.id === 'name' ? 2 : 1}fr)`).join(' ')
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset)
  const matched = rows.matched ?? 0
  return (
    <div role="table" aria-label={label} aria-rowcount={matched + 1} aria-busy={rows.previous}>
      <div
        role="row"
        aria-rowindex={1}
        className="sticky top-11 z-10 grid border-b border-line-strong bg-surface max-sm:top-0"
        style={{ gridTemplateColumns: grid }}
      >
        {columns.map((column) => (
          <ColumnTitle key={column.id} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys are those of the rows' links */}
      <div
        role="rowgroup"
        className={classes('relative', late && 'opacity-60')}
        data-count={matched}
        style={{ height: matched * ROW_HEIGHT }}
        onKeyDown={moveBetweenRows}
        onPointerEnter={(event) => {
          if (event.pointerType === 'mouse') setHeld(rows.byPlace)
        }}
        onPointerLeave={() => {
          setHeld(null)
        }}
      >
        {indexes.map((index) => (
          <Row
            key={index}
            index={index}
            row={heldRow(index, held, rows.byPlace, rows.byId)}
            columns={columns}
            grid={grid}
          />
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  index: number
  /** Undefined until its page has come. */
  row: ServerRow | undefined
  columns: readonly ServerColumn[]
  grid: string
}

// A row that a frame leaves as it was stays as it is.
const Row = memo(function Row({ index, row, columns, grid }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className="absolute inset-x-0 grid h-7 items-center border-b border-line hover:bg-hover"
      style={{ gridTemplateColumns: grid, top: index * ROW_HEIGHT }}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="cell"
          className={classes(
            'min-w-0 px-2',
            column.align === 'right' && 'text-right',
            row && row.status !== 'up' && column.id !== 'name' && column.id !== 'status' && 'old',
          )}
        >
          {row ? column.cell(row) : <span className="block h-2 rounded bg-bar-track" />}
        </div>
      ))}
    </div>
  )
})

function ColumnTitle({
  column,
  sort,
  onSort,
}: {
  column: ServerColumn
  sort: string | undefined
  onSort: TableProps['onSort']
}) {
  const sorted = parseSort(sort)
  const direction = sorted && sorted.column === column.sort ? sorted.direction : null
  if (column.sort === undefined) {
    return (
      <div role="columnheader" className="min-w-0 truncate px-2 text-xs leading-8 font-medium text-ink-soft">
        {column.title}
      </div>
    )
  }
  const { sort: by } = column
  return (
    <div
      role="columnheader"
      aria-sort={direction ?? 'none'}
      className={classes('min-w-0', column.align === 'right' && 'text-right')}
    >
      <button
        type="button"
        className={classes(
          'inline-flex h-8 max-w-full items-center gap-0.5 px-2 text-xs font-medium hover:text-ink',
          direction ? 'text-ink' : 'text-ink-soft',
        )}
        onClick={() => {
          onSort(nextSort(sort, by, column.first))
        }}
      >
        <span className="truncate">{column.title}</span>
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} className="size-3" />}
      </button>
    </div>
  )
}

/** Arrow keys go from the link of a row to that of its neighbour, Home and End to the ends; the page scrolls with the focus. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const list = event.currentTarget
  const index = Number((event.target as HTMLElement).closest('[data-index]')?.getAttribute('data-index'))
  const last = Number(list.dataset.count) - 1
  const places: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last }
  const next = places[event.key]
  if (next === undefined || next < 0 || next > last) return
  event.preventDefault()
  focusRow(list, next, MOST_FRAMES)
}

/** A row far away is drawn only when the page has scrolled there, and linked when its page has come. */
const MOST_FRAMES = 120

function focusRow(list: HTMLElement, index: number, frames: number): void {
  const link = list.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-link]`)
  if (link) {
    link.focus()
    return
  }
  if (frames === 0 || !list.isConnected) return
  if (frames === MOST_FRAMES) {
    const top = list.getBoundingClientRect().top + window.scrollY
    const height = list.getBoundingClientRect().height / Math.max(1, Number(list.dataset.count))
    window.scrollTo({ top: top + index * height - window.innerHeight / 2 })
  }
  requestAnimationFrame(() => {
    focusRow(list, index, frames - 1)
  })
}
