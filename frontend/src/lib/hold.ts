// Keeps rows where they are while somebody points at them.

export interface Identified {
  id: string
}

/**
 * The row to show at a place whose order is held: the newest values of the row that was there when the hold began,
 * or its last known ones when it left what is loaded.
 */
export function heldRow<Row extends Identified>(
  index: number,
  held: ReadonlyMap<number, Row> | null,
  newest: ReadonlyMap<number, Row>,
  newestById: ReadonlyMap<string, Row>,
): Row | undefined {
  const then = held?.get(index)
  if (!then) return newest.get(index)
  return newestById.get(then.id) ?? then
}
