// What all charts of a page are compared with: the same server a day or a week before, or another server.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'

import { liveQuery, serversResource } from '@/api/queries'
import { comparedLabel, parseCompared, PASTS } from '@/lib/compare'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

const OFFERED = 20

interface ComparePickerProps {
  /** The server of the page: it is not compared with itself. */
  server: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

export function ComparePicker({ server, value, onChange }: ComparePickerProps) {
  const listId = useId()
  const [text, setText] = useState('')
  const words = text.replaceAll(/[<>=:]/g, ' ').trim()
  const { queryKey, queryFn } = liveQuery(serversResource({ filter: words, sort: 'name', limit: OFFERED }))
  const { data } = useQuery({ queryKey, queryFn, staleTime: 60_000, placeholderData: keepPreviousData })
  const others = (data?.servers ?? []).filter((it) => it.id !== server)

  const compared = parseCompared(value)
  if (compared) {
    return (
      <span className="inline-flex items-center gap-1 rounded border border-line-strong bg-surface pl-2 text-xs">
        <span className="text-ink-soft">Compared with</span> {comparedLabel(compared)}
        <Button
          aria-label="Compare with nothing"
          className="h-6.5"
          onClick={() => {
            setText('')
            onChange(undefined)
          }}
        >
          <Icon name="cross" className="size-3" />
        </Button>
      </span>
    )
  }
  const choose = (typed: string) => {
    setText(typed)
    const past = Object.entries(PASTS).find(([, { label }]) => label === typed)?.[0]
    const other = others.find((it) => it.id === typed)?.id
    const chosen = past ?? other
    if (chosen !== undefined) onChange(chosen)
  }
  return (
    <label className="flex items-center gap-1 text-xs text-ink-soft">
      Compare with
      <input
        type="text"
        list={listId}
        value={text}
        placeholder="a week before, or a server"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          choose(event.target.value)
        }}
        className="h-7 w-48 rounded border border-line-strong bg-surface px-2 text-ink"
      />
      <datalist id={listId}>
        {Object.values(PASTS).map(({ label }) => (
          <option key={label} value={label} />
        ))}
        {others.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </label>
  )
}
