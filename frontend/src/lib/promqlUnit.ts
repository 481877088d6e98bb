// The unit of a PromQL expression's value, from the names of its metrics, which say theirs, and from what is done to them.
import { splitAt, stripBrackets } from '@/lib/promql'
import type { Unit } from '@/lib/panelUnits'

/** Values that came from elsewhere may be of a hundred, which none of ours is. */
export type Measure = Unit | 'percent'

/** What the last word of a metric's name says. Longest first where one ends as another does. */
const SUFFIXES: readonly [RegExp, Measure][] = [
  [/_bytes(?:_total)?$/, 'bytes'],
  [/_seconds(?:_total)?$/, 'seconds'],
  [/(?:_celsius|_TEMP)$/, 'celsius'],
  [/(?:[_:]ratio|^DCGM_FI_PROF_\w+_ACTIVE)$/, 'ratio'],
  [/^DCGM_FI_DEV_\w+_UTIL$/, 'percent'],
  [/^DCGM_FI_PROF_\w+_BYTES$/, 'bytes_per_second'],
  [/(?:_watts|_POWER_USAGE)$/, 'watts'],
  [/_hertz$/, 'hertz'],
]

const RATES = new Set(['rate', 'irate', 'deriv'])
const COUNTS = new Set(['count', 'count_values', 'changes', 'resets', 'count_over_time', 'absent', 'absent_over_time'])
const TIMES = new Set(['time', 'timestamp'])
/** Their first argument is a number, what they measure is the second. */
const SECOND_ARGUMENT = new Set(['quantile', 'quantile_over_time', 'topk', 'bottomk'])

/** The unit, or null when the names do not tell. */
export function unitOf(expression: string): Measure | null {
  const text = stripBrackets(expression.replaceAll(/\s+/g, ' '))
  const difference = splitAt(text, /(?<=[\w·] ?)[+-](?= ?[\w·])/g)
  if (difference) return sameKind(difference.left, difference.right)
  const product = splitAt(text, /[*/%]/g)
  if (product) return productUnit(product.left, product.operator, product.right)
  return callUnit(text) ?? nameUnit(text)
}

/** What is added or subtracted is of one kind; a number takes the other side's. */
function sameKind(left: string, right: string): Measure | null {
  if (isNumber(left)) return unitOf(right)
  if (isNumber(right)) return unitOf(left)
  return unitOf(left) ?? unitOf(right)
}

function productUnit(left: string, operator: string, right: string): Measure | null {
  const modified = right.replace(/^(?:(?:on|ignoring|group_left|group_right) ?\([^)]*\) ?)+/, '')
  if (operator === '%') return unitOf(left)
  if (operator === '*') return isNumber(left) ? null : isNumber(modified) ? null : (unitOf(left) ?? unitOf(modified))
  // By a number it is another unit, whose name nobody wrote down, but for this one.
  if (isNumber(modified)) return Number(modified) === 100 && unitOf(left) === 'percent' ? 'ratio' : null
  const [above, below] = [unitOf(left), unitOf(stripComparison(modified))]
  if (above === below) return above === null ? null : 'ratio'
  return below === 'count' && above === 'ratio' ? 'ratio' : null
}

/** `(packets > 10)` is packets still. */
function stripComparison(expression: string): string {
  const inner = stripBrackets(expression)
  return splitAt(inner, />=|<=|>|</g)?.left ?? inner
}

function callUnit(text: string): Measure | null {
  const [, name = '', after = ''] = /^(\w+) ?((?:(?:by|without) ?\([^)]*\) ?)?\(.*)$/.exec(text) ?? []
  if (name === '') return null
  const inner = argumentsOf(after.replace(/^(?:by|without) ?\([^)]*\) ?/, ''))
  if (COUNTS.has(name)) return 'count'
  if (TIMES.has(name)) return 'seconds'
  // Buckets count; what they are counted by is in their name.
  const bucket = name === 'histogram_quantile' && /([\w:]+)_bucket\b/.exec(text)?.[1]
  if (bucket) return nameUnit(bucket)
  const argument = inner[SECOND_ARGUMENT.has(name) ? 1 : 0] ?? ''
  const unit = unitOf(argument)
  if (!RATES.has(name)) return unit
  return unit === 'seconds' ? 'ratio' : unit === 'bytes' ? 'bytes_per_second' : 'per_second'
}

/** What is between the brackets that open the text, cut at its commas. */
function argumentsOf(text: string): string[] {
  let depth = 0
  let end = text.length
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1
    if (text[index] === ')') depth -= 1
    if (depth === 0) {
      end = index
      break
    }
  }
  const parts: string[] = []
  let rest = text.slice(1, end)
  for (let cut = splitAt(rest, /,/g); cut; cut = splitAt(rest, /,/g)) {
    parts.unshift(cut.right)
    rest = cut.left
  }
  return [rest, ...parts]
}

function nameUnit(text: string): Measure | null {
  const name = /^[a-zA-Z_:][\w:]*/.exec(text)?.[0]
  if (name === undefined) return null
  return SUFFIXES.find(([suffix]) => suffix.test(name))?.[1] ?? 'count'
}

function isNumber(text: string): boolean {
  return /^[\d.eE+\-*/ ()]+$/.test(text.trim())
}
