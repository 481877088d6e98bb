// The range that all charts of a page show: a rolling one that follows now, or the stretch that was dragged.
import { ROLLING, type Range, type RollingId } from '@/lib/ranges'
import { formatClock, formatDateTime } from '@/lib/time'
import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'

interface RangePickerProps {
  range: Range
  onRange: (range: Range) => void
}

const IDS = Object.keys(ROLLING) as RollingId[]

export function RangePicker({ range, onRange }: RangePickerProps) {
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
        className="flex overflow-hidden rounded border border-line-strong bg-surface"
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
