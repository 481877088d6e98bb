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
export function visibleRows(above: number, viewHeight: number, rowHeight: number, count: number): RowWindow {
  const first = Math.floor(above / rowHeight) - OVERSCAN
  const end = Math.ceil((above + viewHeight) / rowHeight) + OVERSCAN
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) }
}

/** The pages of `size` rows that a window touches, as offsets. */
export function pagesOf({ first, end }: RowWindow, size: number): number[] {
  const pages: number[] = []
  for (let offset = Math.floor(first / size) * size; offset < end; offset += size) pages.push(offset)
  return pages.length === 0 ? [0] : pages
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
