// An alert's value in its unit, with what it is measured against: "97.2%, over 95%".
import { conditionOf } from '@/lib/promql'
import { unitOf } from '@/lib/promqlUnit'
import { formatCount, FORMATTERS, MISSING, type Unit } from '@/lib/units'

interface Valued {
  expression: string
  value: number | null
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** A rule may name the unit itself, as a label or an annotation; else its expression tells. */
export function alertUnit({ expression, labels, annotations }: Omit<Valued, 'value'>): Unit | null {
  const named = annotations.unit ?? labels.unit
  if (named !== undefined && Object.hasOwn(FORMATTERS, named)) return named as Unit
  return unitOf(conditionOf(expression).measured)
}

const WORDS: Record<string, string> = { '>': 'over', '>=': 'at least', '<': 'under', '<=': 'at most' }

export interface AlertWords {
  /** Null when the number alone says nothing: the annotations say it. */
  value: string | null
  /** "over 95%"; null where the rule has none, or asks for one exact value. */
  threshold: string | null
}

export function alertWords(alert: Valued): AlertWords {
  const { threshold } = conditionOf(alert.expression)
  const unit = alertUnit(alert)
  const format = unit === null ? formatCount : FORMATTERS[unit]
  const word = threshold && WORDS[threshold.operator]
  // `up == 0`: that it is 0 is what the alert's name says in better words.
  if (threshold && word === undefined) return { value: null, threshold: null }
  const value = alert.value === null ? MISSING : format(alert.value)
  return {
    value,
    threshold: threshold && word !== undefined && word !== null ? `${word} ${format(threshold.value)}` : null,
  }
}
