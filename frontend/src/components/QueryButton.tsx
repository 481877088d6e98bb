// Beside a number: shows its PromQL. Seen when the pointer or the keyboard is there, and always where nothing can hover.
import { askQueries, type Query } from '@/components/askedQueries'
import { Icon } from '@/ui/Icon'

interface QueryButtonProps {
  /** Of the number, for the button's name and the dialog's title. */
  title: string
  queries: readonly Query[]
}

/** Its box has the class `group`, so that the button shows when the pointer is on any of it. */
export function QueryButton({ title, queries }: QueryButtonProps) {
  return (
    <button
      type="button"
      aria-label={`PromQL of ${title}`}
      aria-haspopup="dialog"
      title="PromQL"
      onClick={() => {
        askQueries({ title, queries })
      }}
      className="inline-flex size-6 items-center justify-center rounded text-ink-faint opacity-0 group-hover:opacity-100 hover:bg-hover hover:text-ink focus-visible:opacity-100 pointer-coarse:opacity-100"
    >
      <Icon name="code" className="size-3.5" />
    </button>
  )
}
