// The range that all charts of a page show: a rolling one that follows now, or the stretch that was dragged.
import { useCallback } from 'react'

import { ROLLING, SHORTEST_SECONDS, type Range, type RollingId } from '@/lib/ranges'
import { formatClock, formatDateTime } from '@/lib/time'
import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { useShortcut } from '@/ui/useShortcut'

interface RangePickerProps {
  range: Range
  onRange: (range: Range) => void
}

const IDS = Object.keys(ROLLING) as RollingId[]

/** The next longer or shorter rolling range; a fixed one is made twice or half as long. */
function resized(range: Range, step: 1 | -1): Range {
  if (range.kind === 'fixed') return { kind: 'fixed', ...(step > 0 ? twice(range) : half(range)) }
  return { kind: 'rolling', id: IDS[IDS.indexOf(range.id) + step] ?? range.id }
}

export function RangePicker({ range, onRange }: RangePickerProps) {
  const shorter = useCallback(() => {
    onRange(resized(range, -1))
  }, [range, onRange])
  const longer = useCallback(() => {
    onRange(resized(range, 1))
  }, [range, onRange])
  useShortcut('[', shorter)
  useShortcut(']', longer)
  return (
    <div className="flex flex-wrap items-center gap-2">
      {range.kind === 'fixed' && (
        <>
          <span className="text-ink-soft">
            {formatDateTime(range.start)} to {formatClock(range.end)}
          </span>
          <Button
            look="outlined"
            onClick={() => {
              onRange({ kind: 'fixed', ...twice(range) })
            }}
          >
            <Icon name="zoom" className="size-3.5" /> Zoom out
          </Button>
        </>
      )}
      <div
        role="group"
        aria-label="Range"
        aria-keyshortcuts="[ ]"
        className="flex overflow-hidden max-sm:flex-wrap rounded border border-line-strong bg-surface"
      >
        {IDS.map((id) => {
          const chosen = range.kind === 'rolling' && range.id === id
          return (
            <button
              key={id}
              type="button"
              aria-pressed={chosen}
              title={`Follow ${ROLLING[id].name}`}
              onClick={() => {
                onRange({ kind: 'rolling', id })
              }}
              className={classes(
                'h-7 border-r border-line px-2 text-xs font-medium whitespace-nowrap last:border-r-0',
                chosen ? 'bg-accent-soft text-accent' : 'text-ink-soft hover:bg-hover hover:text-ink',
              )}
            >
              {ROLLING[id].label}
            </button>
          )
        })}
      </div>
    </div>
  )
}

function twice({ start, end }: { start: number; end: number }): { start: number; end: number } {
  const half = Math.round((end - start) / 2)
  return { start: Math.max(1, start - half), end: end + half }
}

function half({ start, end }: { start: number; end: number }): { start: number; end: number } {
  const quarter = Math.floor((end - start) / 4)
  return (end - start) / 2 < SHORTEST_SECONDS ? { start, end } : { start: start + quarter, end: end - quarter }
}
