// The `sort` of a URL: a column, descending with a leading `-`, nothing for the order the gateway thinks best.

export type Direction = 'ascending' | 'descending'

export interface Sort {
  column: string
  direction: Direction
}

export function parseSort(sort: string | undefined): Sort | null {
  if (!sort) return null
  return sort.startsWith('-')
    ? { column: sort.slice(1), direction: 'descending' }
    : { column: sort, direction: 'ascending' }
}

/** What a click on a column's title leads to: its usual direction, the other one, and back to no sort at all. */
export function nextSort(sort: string | undefined, column: string, first: Direction): string | undefined {
  const name = (direction: Direction) => (direction === 'descending' ? `-${column}` : column)
  const second = first === 'descending' ? 'ascending' : 'descending'
  if (sort === name(first)) return name(second)
  if (sort === name(second)) return undefined
  return name(first)
}
