// What the URL of a server's page says: the range, rolling or fixed.
import { isRollingId, parseRange, type Range, type RollingId } from '@/lib/ranges'

export interface ServerSearch {
  range?: RollingId | undefined
  /** Unix seconds; together with `to` a fixed range. */
  from?: string | undefined
  to?: string | undefined
}

export function parseServerSearch(search: Record<string, unknown>): ServerSearch {
  const range = parseRange(search)
  if (range.kind === 'fixed') return { from: String(range.start), to: String(range.end) }
  return isRollingId(search.range) ? { range: search.range } : {}
}

/** What a range is in the URL. */
export function searchOf(range: Range): ServerSearch {
  if (range.kind === 'rolling') return { range: range.id, from: undefined, to: undefined }
  return { range: undefined, from: String(range.start), to: String(range.end) }
}
