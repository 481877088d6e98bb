// How times and numbers are written: chosen here once, for every page, axis and table.
import { useState } from 'react'

import { Button } from '@/ui/Button'
import { Choice, type ChoiceProps } from '@/ui/Choice'
import { Dialog } from '@/ui/Dialog'
import { setPreferences, usePreferences } from '@/ui/preferences'
import { Select } from '@/ui/Select'

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

const ZONES = [
  { value: '', label: `of this browser (${OWN_ZONE})` },
  ...['UTC', ...Intl.supportedValuesOf('timeZone').filter((it) => it !== 'UTC')].map((it) => ({
    value: it,
    label: it,
  })),
]

export function Settings({ onClose }: { onClose: () => void }) {
  const chosen = usePreferences()
  const [next, setNext] = useState(chosen)
  return (
    <Dialog title="Times and units" onClose={onClose}>
      <p className="text-xs text-ink-soft">Kept in this browser. Every page, chart and table follows.</p>
      <Select
        label="Time zone"
        value={next.timeZone ?? ''}
        options={ZONES}
        onChange={(zone) => {
          setNext({ ...next, timeZone: zone === '' ? null : zone })
        }}
      />
      <Setting
        label="Bytes"
        value={next.bytes}
        options={[
          { value: 'binary', label: 'by 1024: MiB' },
          { value: 'decimal', label: 'by 1000: MB' },
        ]}
        onChange={(bytes) => {
          setNext({ ...next, bytes })
        }}
      />
      <Setting
        label="Network"
        value={next.traffic}
        options={[
          { value: 'bytes', label: 'in bytes' },
          { value: 'bits', label: 'in bits' },
        ]}
        onChange={(traffic) => {
          setNext({ ...next, traffic })
        }}
      />
      <p className="mt-1 flex justify-end">
        <Button
          look="primary"
          onClick={() => {
            onClose()
            setPreferences(next)
          }}
        >
          Use these
        </Button>
      </p>
    </Dialog>
  )
}

/** A choice with its name before it. */
function Setting<Value extends string>(props: ChoiceProps<Value>) {
  return (
    <div className="flex flex-wrap items-center gap-2 text-xs text-ink-soft">
      <span aria-hidden="true" className="w-16">
        {props.label}
      </span>
      <Choice {...props} />
    </div>
  )
}
