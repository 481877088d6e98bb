// ⌘K: leads to a page, a server or a setting by a few letters of its name.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'

import { liveQuery, serversResource } from '@/api/queries'
import { StatusLabel } from '@/components/status'
import { classes } from '@/ui/classes'

const SHOWN = 12

interface PaletteProps {
  pages: readonly { to: string; label: string }[]
  /** What can be opened over any page. */
  actions: readonly { label: string; act: () => void }[]
  onClose: () => void
}

export function Palette({ pages, actions, onClose }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const navigate = useNavigate()
  const listId = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])

  // Only words: what looks like a comparison is not meant as one here.
  const words = text.replaceAll(/[<>=:]/g, ' ').trim()
  const { queryKey, queryFn } = liveQuery(serversResource({ filter: words, sort: 'name', limit: SHOWN }))
  const { data } = useQuery({ queryKey, queryFn, staleTime: 5_000, placeholderData: keepPreviousData })

  const matches = ({ label }: { label: string }) => label.toLowerCase().includes(words.toLowerCase())
  const leadTo = (to: string) => () => void navigate({ to })
  const matchingPages = pages
    .filter(matches)
    .map(({ to, label }) => ({ key: to, act: leadTo(to), label, status: null, note: 'page' }))
  const matchingActions = (words === '' ? [] : actions)
    .filter(matches)
    .map(({ label, act }) => ({ key: label, act, label, status: null, note: 'setting' }))
  const servers = (data?.servers ?? []).map((row) => ({
    key: row.id,
    act: leadTo(`/servers/${encodeURIComponent(row.id)}`),
    label: row.name,
    status: row.status,
    note: row.instance,
  }))
  const entries = [...matchingPages, ...matchingActions, ...servers]
  const current = Math.min(chosen, entries.length - 1)

  const open = (index: number) => {
    const entry = entries[index]
    if (!entry) return
    onClose()
    entry.act()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') open(current)
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || entries.length === 0) return
    event.preventDefault()
    setChosen((current + step + entries.length) % entries.length)
  }

  return (
    <dialog
      ref={dialog}
      aria-label="Search servers, pages and settings"
      onClose={onClose}
      className="m-auto mt-[12vh] w-140 max-w-[calc(100vw-2rem)] rounded-lg border border-line-strong bg-raised p-0 text-ink shadow-xl backdrop:bg-black/40"
    >
      <input
        type="text"
        role="combobox"
        aria-label="Name of a server or page"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries.length > 0 ? `${listId}-${current}` : undefined}
        placeholder="Name of a server or page"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
        className="h-11 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <div id={listId} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto py-1">
        {entries.map((entry, index) => (
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the keys are the input's: focus stays there
          <div
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            className={classes(
              'flex cursor-pointer items-center gap-3 px-4 py-1',
              index === current && 'bg-accent-soft',
            )}
            onClick={() => {
              open(index)
            }}
          >
            <span className="font-medium">{entry.label}</span>
            {entry.status && entry.status !== 'up' && <StatusLabel status={entry.status} />}
            <span className="ml-auto truncate text-xs text-ink-faint">{entry.note}</span>
          </div>
        ))}
        {entries.length === 0 && (
          <div role="option" aria-selected="false" aria-disabled="true" className="px-4 py-2 text-ink-faint">
            Nothing has this name.
          </div>
        )}
      </div>
    </dialog>
  )
}
