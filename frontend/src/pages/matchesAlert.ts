// Which alerts the alerts page shows.
import type { Alert } from '@/api/queries'
import type { AlertsSearch } from '@/pages/alertsSearch'

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
