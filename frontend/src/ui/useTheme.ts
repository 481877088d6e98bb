// Light, dark, or as the system has it. The choice is the reader's and stays in this browser.
import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'sightline.theme'
const listeners = new Set<() => void>()
let theme: Theme = 'system'

/** Applies the stored choice. Before the first render, so that the page never flashes in the other theme. */
export function startTheme(): void {
  theme = parseTheme(read())
  apply()
  // Charts read their colours from the tokens and must draw anew when the system changes its mind.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', notify)
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
  return useSyncExternalStore(onTheme, () => theme)
}

/** Changes whenever colours do: by choice or by the system. */
export function useColorScheme(): 'light' | 'dark' {
  return useSyncExternalStore(onTheme, colorScheme)
}

function colorScheme(): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

function onTheme(listener: () => void): () => void {
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
