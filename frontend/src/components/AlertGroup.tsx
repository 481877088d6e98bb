// Alerts that belong together, by rule or by server: each in a line, and all that is known of it when it is opened.
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'

import type { Alert } from '@/api/queries'
import { Age } from '@/components/Age'
import { alertKey, AlertValue, Severity, Summary } from '@/components/AlertLine'
import { QueryButton } from '@/components/QueryButton'
import { conditionOf } from '@/lib/promql'
import { count } from '@/lib/plural'
import { Card } from '@/ui/Card'
import { Loading } from '@/ui/Message'

// Charts are heavy, and most alerts are read without one.
const AlertChart = lazy(async () => ({ default: (await import('@/charts/AlertChart')).AlertChart }))

export interface AlertGroupProps {
  name: string
  by: 'rule' | 'server'
  alerts: readonly Alert[]
}

export function AlertGroup({ name, by, alerts }: AlertGroupProps) {
  const expression = alerts[0]?.expression ?? ''
  return (
    <Card
      title={name}
      note={count(alerts.length, 'alert')}
      actions={by === 'rule' && <QueryButton title={name} queries={[{ label: name, expression }]} />}
    >
      {by === 'rule' && (
        <p className="px-3 pb-1 font-mono text-xs [overflow-wrap:anywhere] text-ink-soft">{expression}</p>
      )}
      <ul role="list" className="border-t border-line">
        {alerts.map((alert) => (
          <li key={alertKey(alert)} className="border-b border-line last:border-b-0">
            <AlertDetails alert={alert} subject={by === 'rule' ? subjectOf(alert) : alert.name} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function subjectOf(alert: Alert): string {
  return alert.server ?? alert.labels.instance ?? 'the fleet'
}

function AlertDetails({ alert, subject }: { alert: Alert; subject: string }) {
  const [open, setOpen] = useState(false)
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open)
      }}
    >
      <summary className="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-start gap-x-3 px-3 py-1.5 hover:bg-hover max-sm:grid-cols-[5.5rem_minmax(0,1fr)]">
        <Severity alert={alert} />
        <span className="min-w-0 text-ink-soft">
          <Summary alert={alert} subject={subject}>
            <span className="font-medium text-ink">{subject}</span>
          </Summary>
        </span>
        <span className="text-right text-xs whitespace-nowrap text-ink-soft max-sm:col-start-2 max-sm:text-left max-sm:whitespace-normal">
          <AlertValue alert={alert} /> {alert.state} for <Age since={alert.since} />
        </span>
      </summary>
      {open && <AlertBody alert={alert} />}
    </details>
  )
}

function AlertBody({ alert }: { alert: Alert }) {
  const others = Object.entries(alert.annotations).filter(([name]) => name !== 'summary' && name !== 'description')
  return (
    <div className="flex flex-col gap-2 px-3 pb-3 sm:pl-[7.25rem]">
      {alert.annotations.description !== undefined && <p>{alert.annotations.description}</p>}
      <Suspense fallback={<Loading what="the chart" />}>
        <AlertChart alert={alert} />
      </Suspense>
      <div className="flex flex-wrap items-center gap-1">
        {Object.entries(alert.labels).map(([key, value]) => (
          <span key={key} className="rounded border border-line px-1.5 text-xs text-ink-soft">
            {key}={value}
          </span>
        ))}
        <QueryButton
          title={`${alert.name} of ${subjectOf(alert)}`}
          queries={[
            { label: 'Measured', expression: conditionOf(alert.expression).measured },
            { label: 'The rule', expression: alert.expression },
          ]}
        />
      </div>
      {others.length > 0 && (
        <dl className="text-xs text-ink-soft">
          {others.map(([name, text]) => (
            <div key={name}>
              <dt className="inline font-medium">{name}:</dt>{' '}
              <dd className="inline [overflow-wrap:anywhere]">
                {/^https?:\/\//.test(text) ? (
                  <a href={text} rel="noreferrer" className="text-accent underline underline-offset-2">
                    {text}
                  </a>
                ) : (
                  text
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
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
  )
}
