// The time, for ages and countdowns: one timer for all who ask, none when nobody does.
import { useSyncExternalStore } from 'react'

const TICK_MS = 1000

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const it of listeners) it()
    }, TICK_MS)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Milliseconds of the browser's clock, once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

/** What follows from the time; draws only when that changes, which is seldom each second. Must be a plain value. */
export function useNowSelected<Selected extends string | number | boolean>(
  select: (now: number) => Selected,
): Selected {
  return useSyncExternalStore(subscribe, () => select(now))
}
