// What the URL of a server's page says: the range, rolling or fixed, what it is compared with, and whether it hangs on
// a wall. The page makes sense of it, or takes the default.
import type { Range } from '@/lib/ranges'

export interface ServerSearch {
  range?: string | undefined
  /** Unix seconds; together with `to` a fixed range. */
  from?: string | undefined
  to?: string | undefined
  /** `-1d` or `-7d`, or another server's id. */
  compare?: string | undefined
  kiosk?: string | undefined
}

export function parseServerSearch({ range, from, to, compare, kiosk }: Record<string, unknown>): ServerSearch {
  return {
    range: text(range),
    from: text(from),
    to: text(to),
    compare: text(compare),
    kiosk: kiosk === undefined ? undefined : '',
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What a range is in the URL. */
export function searchOf(range: Range): Pick<ServerSearch, 'range' | 'from' | 'to'> {
  if (range.kind === 'rolling') return { range: range.id, from: undefined, to: undefined }
  return { range: undefined, from: String(range.start), to: String(range.end) }
}
