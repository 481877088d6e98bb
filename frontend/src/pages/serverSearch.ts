// What the URL of a server's page says: the range, rolling or fixed. The page makes sense of it, or takes the default.

export interface ServerSearch {
  range?: string | undefined
  /** Unix seconds; together with `to` a fixed range. */
  from?: string | undefined
  to?: string | undefined
}

export function parseServerSearch({ range, from, to }: Record<string, unknown>): ServerSearch {
  return { range: text(range), from: text(from), to: text(to) }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
