// Saves what the table shows, all matching rows of it, as a file.
import { useState } from 'react'

import type { ListOfServers } from '@/components/serverCsv'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

export function CsvButton(list: ListOfServers) {
  const [state, setState] = useState<'idle' | 'loading' | Error>('idle')
  const failed = state instanceof Error
  const save = async () => {
    setState('loading')
    try {
      const { saveServers } = await import('@/components/serverCsv')
      await saveServers(list)
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
        void save()
      }}
    >
      <Icon name={failed ? 'warning' : 'download'} className="size-3.5" /> CSV
    </Button>
  )
}
