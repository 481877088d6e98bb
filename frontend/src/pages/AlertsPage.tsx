// What fires, what is about to and what is watched: by rule or by server, and what fired in the last days.
import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'

import { ALERTS, type Alert } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { AlertGroup, subjectOf } from '@/components/AlertGroup'
import { AlertHistory } from '@/components/AlertHistory'
import { FilterBox } from '@/components/FilterBox'
import { InactiveRules } from '@/components/InactiveRules'
import { NotYet } from '@/components/NotYet'
import type { AlertsSearch } from '@/pages/alertsSearch'
import { matchesAlert } from '@/pages/matchesAlert'
import { Choice } from '@/ui/Choice'
import { Loading, Nothing } from '@/ui/Message'

const route = getRouteApi('/alerts')

export function AlertsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error } = useLive(ALERTS)
  const change = useCallback(
    (next: AlertsSearch) => {
      void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
    },
    [navigate],
  )
  const onText = useCallback(
    (text: string | undefined) => {
      change({ text })
    },
    [change],
  )

  if (!data) return error ? <NotYet title="The alerts cannot be shown yet." error={error} /> : <Loading what="alerts" />
  const by = search.by ?? 'rule'
  const shown = data.alerts.filter((it) => matchesAlert(it, search))
  const inState = (state: Alert['state']) => data.alerts.filter((it) => it.state === state).length
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lg font-semibold">Alerts</h1>
        <Choice
          label="State"
          value={search.state}
          options={[
            { value: undefined, label: `All ${data.alerts.length}` },
            { value: 'firing', label: `Firing ${inState('firing')}` },
            { value: 'pending', label: `Pending ${inState('pending')}` },
            { value: 'inactive', label: 'Inactive' },
          ]}
          onChange={(state) => {
            change({ state })
          }}
        />
        <Choice
          label="Together"
          value={search.by}
          options={[
            { value: undefined, label: 'By rule' },
            { value: 'server', label: 'By server' },
          ]}
          onChange={(next) => {
            change({ by: next })
          }}
        />
        <FilterBox
          label="Filter alerts"
          placeholder="Filter: rule, server, label=value"
          value={search.text}
          onChange={onText}
        />
      </div>
      {data.alerts.length === 0 && <Nothing>Nothing fires and nothing is pending.</Nothing>}
      {data.alerts.length > 0 && shown.length === 0 && search.state !== 'inactive' && (
        <Nothing>No alert matches this filter.</Nothing>
      )}
      {together(shown, by === 'rule' ? (it) => it.name : subjectOf).map(([name, alerts]) => (
        <AlertGroup key={name} name={name} by={by} alerts={alerts} />
      ))}
      {(search.state === undefined || search.state === 'inactive') && <InactiveRules text={search.text} />}
      <AlertHistory by={by} text={search.text} />
    </div>
  )
}

/** Alerts of a name together, in the order of their first, which is the gateway's: the worst first. */
function together(alerts: readonly Alert[], nameOf: (alert: Alert) => string): [string, Alert[]][] {
  const groups = new Map<string, Alert[]>()
  for (const alert of alerts) {
    const name = nameOf(alert)
    const group = groups.get(name)
    if (group) group.push(alert)
    else groups.set(name, [alert])
  }
  return [...groups]
}
