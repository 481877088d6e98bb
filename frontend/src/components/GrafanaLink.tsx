// The way to Grafana's dashboard of the same thing; nothing where no Grafana is configured.
import { useQuery } from '@tanstack/react-query'

import { panelsQuery } from '@/api/queries'
import { grafanaDashboard } from '@/lib/grafanaDashboard'

export function GrafanaLink(to: Parameters<typeof grafanaDashboard>[1]) {
  const { data } = useQuery(panelsQuery)
  const base = data?.grafana_url
  if (!base) return null
  return (
    <a
      href={grafanaDashboard(base, to)}
      target="_blank"
      rel="noreferrer"
      className="self-center font-medium text-accent underline-offset-2 hover:underline"
    >
      Open in Grafana
    </a>
  )
}
