// How times and numbers are written: chosen once, kept in this browser, applied to the whole page.
import { useSyncExternalStore } from 'react'

import { setTimeZone } from '@/lib/time'
import { setNotation, type Notation } from '@/lib/units'

export interface Preferences extends Notation {
  /** An IANA name; null is the browser's own zone. */
  timeZone: string | null
}

const DEFAULTS: Preferences = { timeZone: null, bytes: 'binary', traffic: 'bytes' }
const KEY = 'sightline.preferences'

const listeners = new Set<() => void>()
let preferences = DEFAULTS

/** Applies what is stored. Before the first render, so that nothing is written twice. */
export function startPreferences(): void {
  preferences = parsePreferences(read())
  apply()
}

export function setPreferences(next: Preferences): void {
  preferences = next
  try {
    localStorage.setItem(KEY, JSON.stringify(next))
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  apply()
  for (const listener of listeners) listener()
}

/** The same object until something else is chosen. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => preferences,
  )
}

/** What storage holds may be old, or of somebody else: what makes no sense is the default. */
export function parsePreferences(text: string | null): Preferences {
  let stored: Partial<Record<keyof Preferences, unknown>> = {}
  try {
    stored = (JSON.parse(text ?? '{}') ?? {}) as typeof stored
  } catch {
    return DEFAULTS
  }
  return {
    timeZone: typeof stored.timeZone === 'string' ? stored.timeZone : null,
    bytes: stored.bytes === 'decimal' ? 'decimal' : 'binary',
    traffic: stored.traffic === 'bits' ? 'bits' : 'bytes',
  }
}

function apply(): void {
  setNotation(preferences)
  try {
    setTimeZone(preferences.timeZone ?? undefined)
  } catch {
    // A zone that this browser does not know: its own is the better one.
    setTimeZone(undefined)
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
