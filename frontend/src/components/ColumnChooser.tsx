// Which columns the server table has. They are shown as far as the width allows, in the order of the table.
import { DEFAULT_COLUMNS, labelColumn, SERVER_COLUMNS } from '@/components/serverColumns'
import { useLabelNames } from '@/components/useLabelNames'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'

interface ColumnChooserProps {
  /** Null: those that fit, the most important first. */
  chosen: readonly string[] | null
  onChange: (chosen: readonly string[] | null) => void
  onClose: () => void
}

export function ColumnChooser({ chosen, onChange, onClose }: ColumnChooserProps) {
  const labels = useLabelNames()
  const columns = [...SERVER_COLUMNS.slice(1), ...labels.map(labelColumn)]
  const on = new Set(chosen ?? DEFAULT_COLUMNS)
  const toggle = (id: string) => {
    const next = columns.map((it) => it.id).filter((it) => (it === id ? !on.has(it) : on.has(it)))
    onChange(next.length === 0 ? null : next)
  }
  return (
    <Dialog title="Columns" onClose={onClose} className="w-80">
      <p className="text-xs text-ink-soft">As many are shown as fit, from the first on.</p>
      <ul role="list" className="max-h-[50vh] overflow-y-auto">
        {columns.map((it) => (
          <li key={it.id}>
            <label className="flex items-center gap-2 rounded px-1 py-0.5 hover:bg-hover">
              <input
                type="checkbox"
                checked={on.has(it.id)}
                onChange={() => {
                  toggle(it.id)
                }}
              />
              {it.title}
            </label>
          </li>
        ))}
      </ul>
      <div className="flex justify-end gap-2">
        <Button
          onClick={() => {
            onChange(null)
          }}
        >
          As at first
        </Button>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}
