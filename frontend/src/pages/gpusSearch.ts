// What the URL of the GPUs page says.

export interface GpusSearch {
  filter?: string | undefined
  sort?: string | undefined
  /** What the map is coloured by. */
  color?: string | undefined
  /** What the map and the figures are grouped by. */
  group?: string | undefined
}

export function parseGpusSearch(search: Record<string, unknown>): GpusSearch {
  return {
    filter: text(search.filter),
    sort: text(search.sort),
    color: text(search.color),
    group: text(search.group),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
