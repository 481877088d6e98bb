// A value as a GPU told it, or that it did not: said so, and never a healthy zero.
import { MISSING } from '@/lib/units'

export function Told({ text, title }: { text: string; title?: string }) {
  return (
    <span className="whitespace-nowrap" title={title}>
      {text === MISSING ? <NotTold /> : text}
    </span>
  )
}

export function NotTold() {
  return <span className="text-ink-faint">n/a</span>
}
