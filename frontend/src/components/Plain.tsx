// A value in words, which may be the dash of a missing one.
import { Missing } from '@/components/Missing'
import { MISSING } from '@/lib/units'

export function Plain({ text, title }: { text: string; title?: string }) {
  if (text === MISSING) return <Missing />
  return (
    <span className="whitespace-nowrap" title={title}>
      {text}
    </span>
  )
}
