// A labelled choice of one, as the browser draws it: known to every keyboard, phone and screen reader.

interface SelectProps {
  label: string
  value: string
  options: { value: string; label: string }[]
  onChange: (value: string) => void
}

export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label className="flex items-center gap-1 text-xs text-ink-soft">
      {label}
      <select
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
        className="h-6 rounded border border-line-strong bg-surface px-1 text-ink"
      >
        {options.map((it) => (
          <option key={it.value} value={it.value}>
            {it.label}
          </option>
        ))}
      </select>
    </label>
  )
}
