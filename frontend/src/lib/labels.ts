// Where the labels of marks on a time axis go, so that none covers another.

export interface Label {
  /** Where it begins, and how wide it is. */
  x: number
  width: number
}

/** The first row in which each label has room, or null where none of the rows has. In the order given. */
export function placeLabels(labels: readonly Label[], rows: number, gap: number): (number | null)[] {
  const taken = Array.from({ length: rows }, (): Label[] => [])
  return labels.map((label) => {
    const row = taken.findIndex((others) => others.every((it) => !overlaps(it, label, gap)))
    if (row < 0) return null
    taken[row]?.push(label)
    return row
  })
}

function overlaps(a: Label, b: Label, gap: number): boolean {
  return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap
}

/** Marks that fall on the same pixels become one, which says how many more there are. */
export function mergeClose(
  marks: readonly { x: number; label: string }[],
  distance: number,
): { x: number; label: string }[] {
  const groups: { x: number; labels: string[] }[] = []
  for (const { x, label } of marks.toSorted((a, b) => a.x - b.x)) {
    const last = groups.at(-1)
    if (last && x - last.x <= distance) last.labels.push(label)
    else groups.push({ x, labels: [label] })
  }
  return groups.map(({ x, labels }) => {
    const [first = '', ...rest] = [...new Set(labels)]
    return { x, label: rest.length === 0 ? first : `${first} +${rest.length}` }
  })
}
