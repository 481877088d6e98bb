// From the list that was sent before to the list of now. A row in which nothing differs stays the same object: what draws it
// need not look at it again.
import type { Schemas } from '@/api/client'

type Row = Record<string, unknown>

export function withDelta(before: unknown, { list, field, order, added, changed }: Schemas['ListDelta']): unknown {
  const old = (before as Record<string, Row[]>)[field] ?? []
  let next = 0
  const kept = order ? (order.map((place) => (place === null ? added[next++] : old[place])) as Row[]) : old
  const rows = [...kept]
  for (const [name, column] of Object.entries(changed)) {
    column.values.forEach((value, index) => {
      const number = column.rows?.[index] ?? index
      const row = rows[number]
      if (row && row !== kept[number]) row[name] = value
      else rows[number] = { ...row, [name]: value }
    })
  }
  return { ...list, [field]: rows }
}
