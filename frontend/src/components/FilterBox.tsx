// The text that narrows a list. `/` leads here; what is typed goes to the URL after a short rest.
import { lazy, Suspense, useCallback, useEffect, useId, useRef, useState } from 'react'

import type { CompletionHandle } from '@/components/Completion'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { useShortcut } from '@/ui/useShortcut'

// Nobody needs it before the first key.
const importCompletion = () => import('@/components/Completion')
const prepareCompletion = async () => {
  await Promise.all([importCompletion(), (await import('@/components/filterVocabulary')).vocabulary()])
}
const Completion = lazy(async () => ({ default: (await importCompletion()).Completion }))

/** Long enough not to ask for each letter, short enough not to be waited for. */
const REST_MS = 120

interface FilterBoxProps {
  label: string
  placeholder: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  /** Why the text cannot be understood; "character 5" in it is shown in the text. */
  error?: string | null
  /** Says what can be typed next: words of the fleet. */
  completes?: boolean
}

export function FilterBox({ label, placeholder, value, onChange, error, completes = false }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const completion = useRef<CompletionHandle>(null)
  const id = useId()
  const [typed, setTyped] = useState(value ?? '')
  const [known, setKnown] = useState(value)
  /** Where somebody types; null while nobody does. */
  const [caret, setCaret] = useState<number | null>(null)
  const [active, setActive] = useState<string | undefined>(undefined)
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
  // While a term is still being typed, it is no mistake yet.
  const wrong = error && typed.trim() === value ? error : null

  return (
    <div className="min-w-0 max-sm:w-full">
      <div className="relative">
        <Icon name="search" className="pointer-events-none absolute top-1.5 left-2 size-4 text-ink-faint" />
        {wrong && <Mark text={typed} error={wrong} />}
        <input
          ref={input}
          type="search"
          aria-label={label}
          placeholder={placeholder}
          aria-keyshortcuts="/"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `${id}-error` : undefined}
          {...(completes && {
            role: 'combobox',
            'aria-expanded': active !== undefined,
            'aria-controls': `${id}-list`,
            'aria-activedescendant': active === '' ? undefined : active,
            'aria-autocomplete': 'list',
          })}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.target.value)
            setCaret(event.target.selectionStart)
          }}
          onKeyDown={(event) => {
            if (completion.current?.onKey(event.key)) event.preventDefault()
          }}
          onFocus={() => {
            // The first key does not wait for it. Should it not come now, then that key asks again.
            if (completes) prepareCompletion().catch(() => undefined)
          }}
          onBlur={() => {
            setCaret(null)
          }}
          className={classes(
            'h-7 w-80 max-w-full rounded border bg-surface pr-2 pl-7 max-sm:w-full',
            wrong ? 'border-bad' : 'border-line-strong',
          )}
        />
        {completes && caret !== null && (
          <Suspense>
            <Completion
              ref={completion}
              listId={`${id}-list`}
              text={typed}
              caret={caret}
              onActive={setActive}
              onPick={(next) => {
                setTyped(next.text)
                setCaret(next.caret)
                requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
              }}
            />
          </Suspense>
        )}
      </div>
      {wrong && (
        <p id={`${id}-error`} role="alert" className="mt-1 max-w-96 text-xs text-bad">
          {wrong}
        </p>
      )}
    </div>
  )
}

/** Underlines the word that the error names, behind the text of the input: letter over letter. */
function Mark({ text, error }: { text: string; error: string }) {
  const position = /character (\d+)/.exec(error)?.[1]
  if (position === undefined) return null
  const start = Number(position) - 1
  const end = start + Math.max(1, /^\S*/.exec(text.slice(start))?.[0].length ?? 1)
  return (
    <span
      aria-hidden="true"
      className="pointer-events-none absolute top-1 right-2 left-7.5 overflow-hidden whitespace-pre text-transparent"
    >
      {text.slice(0, start)}
      <mark className="bg-transparent text-transparent underline decoration-bad decoration-wavy decoration-1 underline-offset-2">
        {text.slice(start, end) || ' '}
      </mark>
    </span>
  )
}
