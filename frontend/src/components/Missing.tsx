// A value that is not there: a dash for the eye, words for the ear.
import { MISSING } from '@/lib/units'

export function Missing() {
  return (
    <span className="text-ink-faint">
      <span aria-hidden="true">{MISSING}</span>
      <span className="sr-only">no value</span>
    </span>
  )
}
