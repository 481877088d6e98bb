// The columns that somebody chose: in the URL for those who get the link, remembered for their next visit.

const KEY = 'sightline.columns'

/** Ids in the order of the table; null when nobody chose. The URL wins over the memory. */
export function chosenColumns(inUrl: string | undefined): readonly string[] | null {
  const text = inUrl ?? read()
  const ids = text?.split(',').filter((it) => it !== '') ?? []
  return ids.length === 0 ? null : ids
}

export function rememberColumns(ids: readonly string[] | null): void {
  try {
    if (ids === null) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, ids.join(','))
  } catch {
    // Storage may be switched off; the URL still has them.
  }
}

function read(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}
