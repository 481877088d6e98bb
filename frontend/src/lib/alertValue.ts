// An alert's value in its unit, with what it is measured against: "97.2%, over 95%".
import { conditionOf } from '@/lib/promql'
import { unitOf, type Measure } from '@/lib/promqlUnit'
import { FORMATTERS } from '@/lib/panelUnits'
import { formatCount, formatRatio, formatWhole, MISSING, type Formatter } from '@/lib/units'

interface Valued {
  expression: string
  value: number | null
  labels: Record<string, string>
  annotations: Record<string, string>
}

const FORMATS: Record<Measure, Formatter> = {
  ...FORMATTERS,
  percent: (value) => formatRatio(value && value / 100),
}

/** A rule may name the unit itself, as a label or an annotation; else its expression tells. */
export function alertUnit({ expression, labels, annotations }: Omit<Valued, 'value'>): Measure | null {
  const named = annotations.unit ?? labels.unit
  if (named !== undefined && Object.hasOwn(FORMATS, named)) return named as Measure
  return unitOf(conditionOf(expression).measured)
}

/** What Prometheus counts it estimates to the window's edges: 1.01 is one. */
const COUNTED = /^(?:round ?\( ?)?(?:sum ?(?:(?:by|without) ?\([^)]*\) ?)?\( ?)?(?:increase|changes|resets) ?\(/

const WORDS: Record<string, string> = { '>': 'over', '>=': 'at least', '<': 'under', '<=': 'at most' }

export interface AlertWords {
  /** Null when the number alone says nothing: the annotations say it. */
  value: string | null
  /** "over 95%"; null where the rule has none, or asks for one exact value. */
  threshold: string | null
}

export function alertWords(alert: Valued): AlertWords {
  const { measured, threshold } = conditionOf(alert.expression)
  const unit = alertUnit(alert)
  const counted = unit === 'count' && COUNTED.test(measured)
  const format = counted ? formatWhole : unit === null ? formatCount : FORMATS[unit]
  const word = threshold && WORDS[threshold.operator]
  // `up == 0`: that it is 0 is what the alert's name says in better words.
  if (threshold && word === undefined) return { value: null, threshold: null }
  const value = alert.value === null ? MISSING : format(alert.value)
  // "Over 0", or "at least 1" of what comes in whole numbers, means: any.
  if (unit === 'count' && threshold && isAny(threshold, counted)) return { value, threshold: null }
  return {
    value,
    threshold: threshold && word !== undefined && word !== null ? `${word} ${format(threshold.value)}` : null,
  }
}

function isAny({ operator, value }: { operator: string; value: number }, counted: boolean): boolean {
  if (operator === '>') return value === 0 || (counted && value < 1)
  return counted && operator === '>=' && value <= 1
}
