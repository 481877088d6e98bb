// Which columns the server table has. They are shown as far as the width allows, in the order of the table.
import { useEffect, useId, useRef } from 'react'

import { DEFAULT_COLUMNS, labelColumn, SERVER_COLUMNS } from '@/components/serverColumns'
import { useLabelNames } from '@/components/useLabelNames'
import { Button } from '@/ui/Button'

interface ColumnChooserProps {
  /** Null: those that fit, the most important first. */
  chosen: readonly string[] | null
  onChange: (chosen: readonly string[] | null) => void
  onClose: () => void
}

export function ColumnChooser({ chosen, onChange, onClose }: ColumnChooserProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  const labels = useLabelNames()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const columns = [...SERVER_COLUMNS.slice(1), ...labels.map(labelColumn)]
  const on = new Set(chosen ?? DEFAULT_COLUMNS)
  const toggle = (id: string) => {
    const next = columns.map((it) => it.id).filter((it) => (it === id ? !on.has(it) : on.has(it)))
    onChange(next.length === 0 ? null : next)
  }
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onClose={onClose}
      className="m-auto w-80 max-w-[calc(100vw-2rem)] rounded-lg border border-line-strong bg-raised p-4 text-ink shadow-xl backdrop:bg-black/40"
    >
      <h2 id={title} className="font-semibold">
        Columns
      </h2>
      <p className="text-xs text-ink-soft">As many are shown as fit, from the first on.</p>
      <ul role="list" className="my-2 max-h-[50vh] overflow-y-auto">
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
        <Button look="primary" onClick={() => dialog.current?.close()}>
          Done
        </Button>
      </div>
    </dialog>
  )
}
