// A server's row is one object in whatever lists it comes with a snapshot: what draws it need not look at it again when a letter
// more in the filter brings another list.
import { replaceEqualDeep } from '@tanstack/react-query'

import type { ServerList, ServerRow } from '@/api/queries'

/** The newest snapshot that a list was of, and its rows as far as lists had them. */
let newest = -Infinity
let rows = new Map<string, ServerRow>()

/** What the cache keeps of an answer that follows `before`: what is the same stays the same object. */
export function shareRows(before: unknown, next: unknown): unknown {
  if (before === next || !isServerList(next)) return replaceEqualDeep(before, next)
  if (next.at > newest) {
    newest = next.at
    rows = new Map()
  }
  const old = isServerList(before) ? new Map(before.servers.map((row) => [row.id, row])) : rows
  const shared = next.servers.map((row) => {
    const known = next.at === newest && rows.get(row.id)
    if (known) return known
    const kept = replaceEqualDeep(old.get(row.id), row)
    if (next.at === newest) rows.set(row.id, kept)
    return kept
  })
  return { ...next, servers: shared }
}

function isServerList(body: unknown): body is ServerList {
  return typeof body === 'object' && body !== null && 'servers' in body && Array.isArray(body.servers) && 'at' in body
}
