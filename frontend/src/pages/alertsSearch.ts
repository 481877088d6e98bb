// What the URL of the alerts page says.
import type { Alert } from '@/api/queries'

export interface AlertsSearch {
  text?: string | undefined
  /** Inactive are rules, not alerts: those for which nothing holds. */
  state?: Alert['state'] | 'inactive' | undefined
  /** Together by server; by rule when left out. */
  by?: 'server' | undefined
}

export function parseAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  const { text, state, by } = search
  return {
    text: typeof text === 'string' && text !== '' ? text : undefined,
    state: state === 'firing' || state === 'pending' || state === 'inactive' ? state : undefined,
    by: by === 'server' ? by : undefined,
  }
}
