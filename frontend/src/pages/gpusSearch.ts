// What the URL of the GPUs page says.

export interface GpusSearch {
  filter?: string | undefined
}

export function parseGpusSearch(search: Record<string, unknown>): GpusSearch {
  return { filter: typeof search.filter === 'string' && search.filter !== '' ? search.filter : undefined }
}
