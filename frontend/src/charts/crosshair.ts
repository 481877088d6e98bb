// One moment that all charts of a page point at. uPlot's own charts share it among themselves; a strip joins here.

type Listener = (time: number | null) => void

/** A moment, in unix seconds, and who wants to know of it; null points at none. */
class Pointed {
  readonly #listeners = new Set<Listener>()
  #time: number | null = null

  set(time: number | null): void {
    if (time === this.#time) return
    this.#time = time
    for (const listener of this.#listeners) listener(time)
  }

  /** Calls back on each change; returns the undo. */
  on = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Two, so that nobody is told what they said themselves. */
export const pointedInCharts = new Pointed()
export const pointedInStrips = new Pointed()
