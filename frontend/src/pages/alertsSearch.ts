// What the URL of the alerts page says.
import type { Alert } from '@/api/queries'

export interface AlertsSearch {
  text?: string | undefined
  state?: Alert['state'] | undefined
}

export function parseAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  return {
    text: typeof search.text === 'string' && search.text !== '' ? search.text : undefined,
    state: search.state === 'firing' || search.state === 'pending' ? search.state : undefined,
  }
}
