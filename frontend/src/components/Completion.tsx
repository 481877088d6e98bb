// The words that may come next in a filter, below it: arrows choose, Enter or Tab takes, Escape leaves.
import { useEffect, useImperativeHandle, useState, type Ref } from 'react'

import { suggest } from '@/components/filterVocabulary'
import { apply, type Suggestion } from '@/lib/completion'
import { classes } from '@/ui/classes'

export interface CompletionHandle {
  /** True when the key was for the list. */
  onKey: (key: string) => boolean
}

interface CompletionProps {
  ref: Ref<CompletionHandle>
  listId: string
  text: string
  caret: number
  /** The id of the chosen option, undefined when the list is closed. */
  onActive: (id: string | undefined) => void
  onPick: (next: { text: string; caret: number }) => void
}

const NONE: readonly Suggestion[] = []

export function Completion({ ref, listId, text, caret, onActive, onPick }: CompletionProps) {
  const [options, setOptions] = useState<readonly Suggestion[]>(NONE)
  /** Which is chosen; none at first, so that Enter means what it always meant. */
  const [chosen, setChosen] = useState(-1)
  useEffect(() => {
    let gone = false
    void suggest(text, caret).then((found) => {
      if (gone) return
      const next = text.trim() === '' ? NONE : found
      // One empty list is as good as another: most letters find no word.
      setOptions((old) => (old.length + next.length === 0 ? old : next))
      setChosen(-1)
    })
    return () => {
      gone = true
    }
  }, [text, caret])
  const active = options.length === 0 ? undefined : chosen < 0 ? '' : `${listId}-${chosen}`
  useEffect(() => {
    onActive(active)
    return () => {
      onActive(undefined)
    }
  }, [active, onActive])

  const pick = (index: number) => {
    const option = options[index]
    if (option) onPick(apply(text, option))
  }
  useImperativeHandle(ref, () => ({
    onKey: (key) => {
      if (options.length === 0) return false
      if (key === 'Escape') setOptions(NONE)
      else if (key === 'ArrowDown') setChosen((chosen + 1) % options.length)
      else if (key === 'ArrowUp') setChosen(((chosen + options.length) % (options.length + 1)) - 1)
      else if (key === 'Enter' && chosen >= 0) pick(chosen)
      else if (key === 'Tab' && chosen >= 0) pick(chosen)
      else return false
      return true
    },
  }))

  if (options.length === 0) return null
  return (
    <div
      id={listId}
      role="listbox"
      aria-label="What may come next"
      className="absolute top-8 left-0 z-20 w-full overflow-hidden rounded border border-line-strong bg-raised py-1 shadow-lg"
    >
      {options.map((it, index) => (
        <div
          key={it.text}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === chosen}
          className={classes(
            'flex cursor-pointer gap-3 px-3 py-0.5 hover:bg-hover',
            index === chosen && 'bg-accent-soft',
          )}
          // Before the input loses its focus.
          onPointerDown={(event) => {
            event.preventDefault()
            pick(index)
          }}
        >
          <span className="truncate font-mono text-xs">{it.text}</span>
          <span className="ml-auto text-xs text-ink-faint">{it.note}</span>
        </div>
      ))}
    </div>
  )
}
