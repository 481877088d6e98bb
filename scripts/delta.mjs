// What a client of `/api/v1/live` makes of a delta (`ListDelta` in gateway/openapi.json).

/** The list of now, from the one that was sent before, which stays as it is. */
export function withDelta(before, { list, field, order, added, changed }) {
  const fresh = added.values()
  const places = order ?? before[field].map((_, place) => place)
  const rows = places.map((place) => ({ ...(place === null ? fresh.next().value : before[field][place]) }))
  for (const [name, column] of Object.entries(changed)) {
    const numbers = column.rows ?? rows.keys()
    const values = column.values.values()
    for (const number of numbers) rows[number][name] = values.next().value
  }
  return { ...list, [field]: rows }
}
