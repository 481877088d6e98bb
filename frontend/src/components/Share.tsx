// A share as a bar and a number.
import { Missing } from '@/components/Missing'
import { formatRatio } from '@/lib/units'
import { Bar } from '@/ui/Bar'

interface ShareProps {
  ratio: number | null
  title?: string | undefined
  /** False for what works and does not fill up. */
  judged?: boolean
}

export function Share({ ratio, title, judged = true }: ShareProps) {
  if (ratio === null) {
    return (
      <span className="block text-right">
        <Missing />
      </span>
    )
  }
  return (
    <span className="flex items-center gap-2" title={title}>
      <Bar ratio={ratio} judged={judged} className="min-w-6 flex-1" />
      <span className="w-11 text-right">{formatRatio(ratio)}</span>
    </span>
  )
}
