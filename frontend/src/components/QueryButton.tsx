// Beside a number, or at the head of a table of numbers: shows their PromQL.
import { askQueries, type Query } from '@/components/askedQueries'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'

interface QueryButtonProps {
  /** Of the number, for the button's name and the dialog's title. */
  title: string
  /** Asked for at the press, where the page that it is on has to be small. */
  queries: readonly Query[] | (() => Promise<readonly Query[]>)
  /** Shown only while the pointer or the keyboard is there; its box then has the class `group`. */
  onHover?: boolean
}

export function QueryButton({ title, queries, onHover = false }: QueryButtonProps) {
  return (
    <button
      type="button"
      aria-label={`PromQL of ${title}`}
      aria-haspopup="dialog"
      title="PromQL"
      onClick={() => {
        if (typeof queries === 'function')
          void queries().then((it) => {
            askQueries({ title, queries: it })
          })
        else askQueries({ title, queries })
      }}
      className={classes(
        'inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-faint hover:bg-hover hover:text-ink',
        onHover && 'bg-surface opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100',
      )}
    >
      <Icon name="code" className="size-3.5" />
    </button>
  )
}
