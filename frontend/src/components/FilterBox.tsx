// The text that narrows a list. `/` leads here; what is typed goes to the URL after a short rest.
import { useCallback, useEffect, useId, useRef, useState } from 'react'

import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { useShortcut } from '@/ui/useShortcut'

/** Long enough not to ask for each letter, short enough not to be waited for. */
const REST_MS = 120

interface FilterBoxProps {
  label: string
  placeholder: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  /** Why the text cannot be understood. */
  error?: string | null
}

export function FilterBox({ label, placeholder, value, onChange, error }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const errorId = useId()
  const [typed, setTyped] = useState(value ?? '')
  const [known, setKnown] = useState(value)
  // The URL changed by other means: a click on a count, the back button.
  if (value !== known) {
    setKnown(value)
    if (value !== (typed.trim() || undefined)) setTyped(value ?? '')
  }
  useEffect(() => {
    const next = typed.trim() || undefined
    if (next === value) return
    const timer = setTimeout(() => {
      onChange(next)
    }, REST_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [typed, value, onChange])
  const focus = useCallback(() => {
    input.current?.select()
  }, [])
  useShortcut('/', focus)

  return (
    <div className="min-w-0 max-sm:w-full">
      <div className="relative">
        <Icon name="search" className="pointer-events-none absolute top-1.5 left-2 size-4 text-ink-faint" />
        <input
          ref={input}
          type="search"
          aria-label={label}
          placeholder={placeholder}
          aria-keyshortcuts="/"
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? errorId : undefined}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.target.value)
          }}
          className={classes(
            'h-7 w-80 max-w-full rounded border bg-surface pr-2 pl-7 max-sm:w-full',
            error ? 'border-bad' : 'border-line-strong',
          )}
        />
      </div>
      {error && (
        <p id={errorId} role="alert" className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  )
}
