// Light, dark, or as the system has it. The choice is the reader's and stays in this browser.
import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'sightline.theme'
const listeners = new Set<() => void>()
let theme: Theme = 'system'
/** What the system has; kept, for every chart asks at every drawing. */
let system: 'light' | 'dark' = 'light'

/** Applies the stored choice. Before the first render, so that the page never flashes in the other theme. */
export function startTheme(): void {
  theme = parseTheme(read())
  apply()
  const dark = matchMedia('(prefers-color-scheme: dark)')
  system = dark.matches ? 'dark' : 'light'
  // Charts read their colours from the tokens and must draw anew when the system changes its mind.
  dark.addEventListener('change', () => {
    system = dark.matches ? 'dark' : 'light'
    notify()
  })
}

export function setTheme(next: Theme): void {
  theme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  apply()
  notify()
}

export function useTheme(): Theme {
  return useSyncExternalStore(onColorScheme, () => theme)
}

/** Changes whenever colours do: by choice or by the system. */
export function useColorScheme(): 'light' | 'dark' {
  return useSyncExternalStore(onColorScheme, colorScheme)
}

function colorScheme(): 'light' | 'dark' {
  return theme === 'system' ? system : theme
}

/** Calls back when the theme or its colours change, first come first; returns the undo. */
export function onColorScheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function notify(): void {
  for (const listener of listeners) listener()
}

function apply(): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function parseTheme(stored: string | null): Theme {
  return THEMES.find((it) => it === stored) ?? 'system'
}
