// What can be read off a PromQL expression without a parser: where it is cut at its outermost level.

interface Cut {
  at: number
  length: number
}

/** Stands for each letter inside of brackets, quotes and braces: no operator, no blank. */
const INSIDE = '·'

/** The outermost level: what stands deeper is covered, letter for letter. */
function outermost(expression: string): string {
  let depth = 0
  let quote = ''
  let flat = ''
  for (let index = 0; index < expression.length; index += 1) {
    const letter = expression[index] ?? ''
    if (quote !== '') {
      if (letter === '\\' && quote !== '`') {
        flat += INSIDE + INSIDE
        index += 1
        continue
      }
      if (letter === quote) quote = ''
      flat += INSIDE
      continue
    }
    if (letter === '"' || letter === "'" || letter === '`') quote = letter
    if ('([{'.includes(letter)) depth += 1
    flat += depth > 0 || quote !== '' ? INSIDE : letter
    if (')]}'.includes(letter)) depth -= 1
  }
  return flat
}

function lastCut(expression: string, pattern: RegExp): Cut | null {
  const match = [...outermost(expression).matchAll(pattern)].at(-1)
  return match ? { at: match.index, length: match[0].length } : null
}

/** The two sides of the last outermost operator that the pattern finds; null when there is none. */
export function splitAt(expression: string, pattern: RegExp): { left: string; operator: string; right: string } | null {
  const cut = lastCut(expression, pattern)
  if (!cut) return null
  return {
    left: expression.slice(0, cut.at).trim(),
    operator: expression.slice(cut.at, cut.at + cut.length).trim(),
    right: expression.slice(cut.at + cut.length).trim(),
  }
}

export interface Condition {
  /** What is measured. */
  measured: string
  /** What it is compared with, when that is a number. */
  threshold: { operator: string; value: number } | null
}

/** The first thing that an alert's expression asks: `a / b < 0.05 and c == 0` measures `a / b` against 0.05. */
export function conditionOf(expression: string): Condition {
  const flat = outermost(expression)
  const end = /\b(?:and|or|unless)\b/i.exec(flat)?.index ?? expression.length
  const first = expression.slice(0, end).trim()
  const parts = splitAt(first, /==|!=|>=|<=|>|</g)
  if (!parts || parts.left === '') return { measured: first, threshold: null }
  const value = Number(parts.right.replace(/^bool\b/, ''))
  const threshold = Number.isFinite(value) && parts.right !== '' ? { operator: parts.operator, value } : null
  return threshold ? { measured: parts.left, threshold } : { measured: first, threshold: null }
}

/** Without the brackets around all of it. */
export function stripBrackets(expression: string): string {
  const text = expression.trim()
  if (!text.startsWith('(') || !text.endsWith(')')) return text
  // `(a) / (b)` begins and ends with brackets that are not a pair.
  return closesEarly(text) ? text : stripBrackets(text.slice(1, -1))
}

function closesEarly(text: string): boolean {
  let depth = 0
  for (let index = 0; index < text.length - 1; index += 1) {
    if (text[index] === '(') depth += 1
    if (text[index] === ')') depth -= 1
    if (depth === 0) return true
  }
  return false
}
