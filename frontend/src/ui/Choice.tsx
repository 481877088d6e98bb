// One of a few, all of them in sight.
import { classes } from '@/ui/classes'

export interface ChoiceProps<Value> {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
}

export function Choice<Value extends string | undefined>({ label, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <div
      role="group"
      aria-label={label}
      className="flex overflow-hidden rounded border border-line-strong bg-surface max-sm:flex-wrap"
    >
      {options.map((it) => (
        <button
          key={it.label}
          type="button"
          aria-pressed={value === it.value}
          onClick={() => {
            onChange(it.value)
          }}
          className={classes(
            'h-7 border-r border-line px-2.5 text-xs font-medium last:border-r-0',
            value === it.value ? 'bg-accent-soft text-accent' : 'text-ink-soft hover:bg-hover hover:text-ink',
          )}
        >
          {it.label}
        </button>
      ))}
    </div>
  )
}
