// What can be typed next in a filter: names of columns and labels, values of labels, words of status.

export interface Vocabulary {
  columns: readonly string[]
  /** Values by label. */
  labels: ReadonlyMap<string, readonly string[]>
}

export interface Suggestion {
  /** Stands for what is between `from` and `to`. */
  text: string
  from: number
  to: number
  note: string
}

const STATUS_WORDS = ['up', 'stale', 'down']
const MOST = 10

/** Suggestions for the word at the caret, those that begin as it does first. */
export function complete(text: string, caret: number, { columns, labels }: Vocabulary): Suggestion[] {
  const start = text.slice(0, caret).search(/\S*$/)
  const from = text[start] === '!' ? start + 1 : start
  const to = caret + text.slice(caret).search(/\s|$/)
  const word = text.slice(from, caret)
  const [, name, sign = '', part = ''] = /^([\w.]+)([:=])(.*)$/.exec(word) ?? []
  if (name === undefined) {
    const names = [
      ...columns.map((it) => ({ text: `${it}>`, note: 'column' })),
      { text: 'status=', note: STATUS_WORDS.join(', ') },
      ...[...labels.keys()].map((it) => ({ text: `${it}=`, note: 'label' })),
    ]
    return choose(names, word).map((it) => ({ ...it, from, to }))
  }
  const values = name === 'status' || name === 'state' ? STATUS_WORDS : (labels.get(name) ?? [])
  return choose(
    values.filter((it) => /^\S+$/.test(it)).map((it) => ({ text: it, note: name })),
    part,
  ).map((it) => ({ ...it, text: `${name}${sign}${it.text}`, from, to }))
}

/** Nothing for a word that is complete already. */
function choose(entries: readonly { text: string; note: string }[], typed: string): { text: string; note: string }[] {
  const lower = typed.toLowerCase()
  const begins = entries.filter((it) => it.text.toLowerCase().startsWith(lower))
  const holds = entries.filter((it) => !begins.includes(it) && it.text.toLowerCase().includes(lower))
  const found = [...begins, ...holds].slice(0, MOST)
  return found.length === 1 && found[0]?.text === typed ? [] : found
}

/** The text with a suggestion in its place, and where the caret then is. */
export function apply(text: string, { text: insert, from, to }: Suggestion): { text: string; caret: number } {
  const open = /[=>:]$/.test(insert)
  const after = text.slice(to)
  const blank = open || after.startsWith(' ') ? '' : ' '
  return { text: text.slice(0, from) + insert + blank + after, caret: from + insert.length + (open ? 0 : 1) }
}
