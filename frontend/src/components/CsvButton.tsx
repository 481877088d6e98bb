// Saves what the table shows, all matching rows of it, as a file.
import { useState } from 'react'

import { get } from '@/api/client'
import { serversResource, type ServerRow } from '@/api/queries'
import { SERVER_COLUMNS } from '@/components/serverColumns'
import { toCsv } from '@/lib/csv'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

const PAGE = 1000
const FIELDS = Object.entries(
  Object.assign({}, ...SERVER_COLUMNS.map((it) => it.values)) as (typeof SERVER_COLUMNS)[number]['values'],
)

interface List {
  filter: string | undefined
  sort: string | undefined
}

export function CsvButton({ filter, sort }: List) {
  const [state, setState] = useState<'idle' | 'loading' | Error>('idle')
  const failed = state instanceof Error
  const make = async () => {
    setState('loading')
    try {
      const rows = await loadAll({ filter, sort })
      save(
        'servers.csv',
        toCsv(
          FIELDS.map(([name]) => name),
          rows.map(toFields),
        ),
      )
      setState('idle')
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)))
    }
  }
  return (
    <Button
      look="outlined"
      disabled={state === 'loading'}
      title={failed ? `The file could not be made: ${state.message}` : 'Save the matching servers as a CSV file'}
      onClick={() => {
        void make()
      }}
    >
      <Icon name={failed ? 'warning' : 'download'} className="size-3.5" /> CSV
    </Button>
  )
}

function toFields(row: ServerRow) {
  return FIELDS.map(([, value]) => value(row))
}

async function loadAll({ filter, sort }: List): Promise<ServerRow[]> {
  const rows: ServerRow[] = []
  for (let matched = 1; rows.length < matched;) {
    const page = await get(serversResource({ filter, sort, offset: rows.length, limit: PAGE }))
    if (page.servers.length === 0) break
    rows.push(...page.servers)
    matched = page.matched
  }
  return rows
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
