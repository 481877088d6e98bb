// Which rows of a long list are on screen, when every row is as high as the next.

export interface RowWindow {
  /** First row to draw. */
  first: number
  /** One past the last row to draw. */
  end: number
}

/** Rows drawn beyond the edge, so that a quick flick shows no blank. */
const OVERSCAN = 8

/** @param above how far the list's top is above the view's top, in pixels; negative when it is below. */
export function visibleRows(above: number, viewHeight: number, rowHeight: number): RowWindow {
  return {
    first: Math.floor(above / rowHeight) - OVERSCAN,
    end: Math.ceil((above + viewHeight) / rowHeight) + OVERSCAN,
  }
}

/** Those of them that a list of `count` rows has. */
export function clampRows({ first, end }: RowWindow, count: number): RowWindow {
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) }
}

export interface Pages {
  /** Rows on a page. */
  size: number
  /** Where the page of the window's first row begins, and that of its last: often the same. */
  first: number
  last: number
}

/** Smallest first; the gateway gives no more than a thousand rows at a time. */
const PAGE_SIZES = [100, 250, 1000]

/** The one or two pages that a window touches. Pages are at least as long as the window, so they are never three. */
export function pagesOf({ first, end }: RowWindow): Pages {
  const size = PAGE_SIZES.find((it) => it >= end - first) ?? 1000
  const pageOf = (row: number) => Math.floor(Math.max(0, row) / size) * size
  return { size, first: pageOf(first), last: pageOf(end - 1) }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
