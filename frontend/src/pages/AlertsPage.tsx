// What fires and what is about to: by rule, with value, since when, and everything the rule says.
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'

import { ALERTS, type Alert } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { Age } from '@/components/Age'
import { alertKey, Severity } from '@/components/AlertLine'
import { FilterBox } from '@/components/FilterBox'
import { formatDecimal, MISSING } from '@/lib/units'
import type { AlertsSearch } from '@/pages/alertsSearch'
import { matchesAlert } from '@/pages/matchesAlert'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { Failure, Loading, Nothing } from '@/ui/Message'

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

  if (!data)
    return error ? <Failure title="The alerts cannot be shown yet." error={error} /> : <Loading what="alerts" />
  const shown = data.alerts.filter((it) => matchesAlert(it, search))
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lg font-semibold">Alerts</h1>
        <div
          role="group"
          aria-label="State"
          className="flex overflow-hidden rounded border border-line-strong bg-surface"
        >
          <StateButton label="All" state={undefined} alerts={data.alerts} chosen={search.state} onState={change} />
          <StateButton label="Firing" state="firing" alerts={data.alerts} chosen={search.state} onState={change} />
          <StateButton label="Pending" state="pending" alerts={data.alerts} chosen={search.state} onState={change} />
        </div>
        <FilterBox
          label="Filter alerts"
          placeholder="Filter: rule, server, label=value"
          value={search.text}
          onChange={onText}
        />
      </div>
      {data.alerts.length === 0 && <Nothing>Nothing fires and nothing is pending.</Nothing>}
      {data.alerts.length > 0 && shown.length === 0 && <Nothing>No alert matches this filter.</Nothing>}
      {byRule(shown).map(([name, alerts]) => (
        <Rule key={name} name={name} alerts={alerts} />
      ))}
    </div>
  )
}

interface StateButtonProps {
  label: string
  state: Alert['state'] | undefined
  alerts: readonly Alert[]
  chosen: Alert['state'] | undefined
  onState: (search: AlertsSearch) => void
}

function StateButton({ label, state, alerts, chosen, onState }: StateButtonProps) {
  const count = state ? alerts.filter((it) => it.state === state).length : alerts.length
  return (
    <button
      type="button"
      aria-pressed={chosen === state}
      onClick={() => {
        onState({ state })
      }}
      className={classes(
        'h-7 border-r border-line px-2.5 text-xs font-medium last:border-r-0',
        chosen === state ? 'bg-accent-soft text-accent' : 'text-ink-soft hover:bg-hover hover:text-ink',
      )}
    >
      {label} {count}
    </button>
  )
}

/** Alerts of a rule together; rules in the order of their first alert, which is the gateway's: the worst first. */
function byRule(alerts: readonly Alert[]): [string, Alert[]][] {
  const rules = new Map<string, Alert[]>()
  for (const alert of alerts) {
    const rule = rules.get(alert.name)
    if (rule) rule.push(alert)
    else rules.set(alert.name, [alert])
  }
  return [...rules]
}

function Rule({ name, alerts }: { name: string; alerts: Alert[] }) {
  const expression = alerts[0]?.expression ?? ''
  return (
    <Card title={name} note={`${alerts.length} ${alerts.length === 1 ? 'alert' : 'alerts'}`}>
      <p className="px-3 pb-1 font-mono text-xs [overflow-wrap:anywhere] text-ink-soft">{expression}</p>
      <ul role="list" className="border-t border-line">
        {alerts.map((alert) => (
          <li key={alertKey(alert)} className="border-b border-line last:border-b-0">
            <AlertDetails alert={alert} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function AlertDetails({ alert }: { alert: Alert }) {
  return (
    <details className="group">
      <summary className="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-start gap-x-3 px-3 py-1.5 hover:bg-hover max-sm:grid-cols-[5.5rem_minmax(0,1fr)]">
        <Severity alert={alert} />
        <span className="min-w-0">
          <span className="font-medium">{alert.server ?? alert.labels.instance ?? 'the fleet'}</span>{' '}
          <span className="text-ink-soft">{alert.annotations.summary}</span>
        </span>
        <span className="text-right text-xs whitespace-nowrap text-ink-soft max-sm:col-start-2 max-sm:text-left">
          {alert.state} for <Age since={alert.since} />, value{' '}
          {alert.value === null ? MISSING : formatDecimal(alert.value)}
        </span>
      </summary>
      <div className="flex flex-col gap-2 px-3 pb-3 sm:pl-[7.25rem]">
        {alert.annotations.description !== undefined && <p>{alert.annotations.description}</p>}
        <p className="flex flex-wrap gap-1">
          {Object.entries(alert.labels).map(([key, value]) => (
            <span key={key} className="rounded border border-line px-1.5 text-xs text-ink-soft">
              {key}={value}
            </span>
          ))}
        </p>
        {alert.server !== null && (
          <p>
            <Link
              to="/servers/$id"
              params={{ id: alert.server }}
              search={{ range: '3h' }}
              className="font-medium text-accent underline-offset-2 hover:underline"
            >
              Charts of {alert.server}
            </Link>
          </p>
        )}
      </div>
    </details>
  )
}
