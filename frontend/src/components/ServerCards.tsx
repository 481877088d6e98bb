// The servers on a phone: a card each, of which only those on screen are drawn.
import type { KeyboardEventHandler } from 'react'

import { ServerCard } from '@/components/ServerCard'
import type { ServerRows } from '@/components/useServerRows'
import type { RowWindow } from '@/lib/windowing'

interface ServerCardsProps {
  rows: ServerRows
  window: RowWindow
  /** Of a card, in pixels. */
  height: number
  label: string
  onKeyDown: KeyboardEventHandler<HTMLElement>
}

export function ServerCards({ rows, window: { first, end }, height, label, onKeyDown }: ServerCardsProps) {
  const matched = rows.matched ?? 0
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys are those of the cards' links
    <ul
      role="list"
      aria-label={label}
      className="relative"
      data-count={matched}
      style={{ height: matched * height }}
      onKeyDown={onKeyDown}
    >
      {Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset).map((index) => {
        const row = rows.byPlace.get(index)
        return (
          <li
            key={index}
            aria-setsize={matched}
            aria-posinset={index + 1}
            data-index={index}
            className="absolute inset-x-0 border-b border-line"
            style={{ top: index * height, height }}
          >
            {row && <ServerCard row={row} />}
          </li>
        )
      })}
    </ul>
  )
}
