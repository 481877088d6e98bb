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

/** Words that must all be found in the alert's name, labels, server or annotations. */
export function matchesAlert(alert: Alert, { text, state }: AlertsSearch): boolean {
  if (state && alert.state !== state) return false
  if (!text) return true
  const haystack = [
    alert.name,
    alert.severity ?? '',
    alert.server ?? '',
    ...Object.entries(alert.labels).map(([key, value]) => `${key}=${value}`),
    ...Object.values(alert.annotations),
  ]
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}
