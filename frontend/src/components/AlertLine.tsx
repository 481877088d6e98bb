// One alert in a line: what, how bad, its value, since when, and where.
import { Link } from '@tanstack/react-router'

import type { Alert } from '@/api/queries'
import { Age } from '@/components/Age'
import { alertWords } from '@/lib/alertValue'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'

/** The rule's own severity decides the colour; a rule without one is as a warning. */
function severityColor(severity: string | null): string {
  return severity === 'critical' || severity === 'page'
    ? 'text-bad'
    : severity === 'info'
      ? 'text-ink-soft'
      : 'text-warn'
}

export function Severity({ alert }: { alert: Alert }) {
  return (
    <span className={classes('inline-flex items-center gap-1 font-medium', severityColor(alert.severity))}>
      <Icon name={alert.state === 'firing' ? 'bell' : 'clock'} className="size-3.5" />
      {alert.severity ?? alert.state}
    </span>
  )
}

/** What tells two alerts of a rule apart. */
export function alertKey(alert: Alert): string {
  return `${alert.name} ${JSON.stringify(alert.labels)}`
}

/** The value in its unit, and what it is measured against; nothing where the alert's words say it better. */
export function AlertValue({ alert }: { alert: Alert }) {
  const { value, threshold } = alertWords(alert)
  if (value === null) return null
  return (
    <span title={alert.expression}>
      <span className="font-medium text-ink">{value}</span>
      {threshold !== null && `, ${threshold}`} ·
    </span>
  )
}

/** What it says, which may begin with what stands before it. */
export function summaryOf({ annotations: { summary = '' } }: Alert, subject: string): string {
  return summary.startsWith(`${subject} `) ? summary.slice(subject.length + 1) : summary
}

/** What it says; the server's name in it leads there, and comes first where the words do not have it. */
function Summary({ alert, server }: { alert: Alert; server: string | null }) {
  const { summary = '' } = alert.annotations
  if (server === null) return summary
  const at = summary.indexOf(server)
  return (
    <>
      {at > 0 && summary.slice(0, at)}
      <Link to="/servers/$id" params={{ id: server }} className="text-accent underline underline-offset-2">
        {server}
      </Link>
      {at < 0 ? ` ${summary}` : summary.slice(at + server.length)}
    </>
  )
}

interface AlertLineProps {
  alert: Alert
  /** On its server's own page nothing needs to lead there. */
  here?: boolean
}

export function AlertLine({ alert, here = false }: AlertLineProps) {
  const server = here ? null : alert.server
  return (
    <li className="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-start gap-x-3 px-3 py-1 hover:bg-hover max-sm:grid-cols-[5.5rem_minmax(0,1fr)]">
      <Severity alert={alert} />
      <span className="min-w-0">
        <span className="font-medium">{alert.name}</span>{' '}
        <span className="text-ink-soft">
          <Summary alert={alert} server={server} />
        </span>
      </span>
      <span className="text-right text-xs whitespace-nowrap text-ink-soft max-sm:col-start-2 max-sm:text-left">
        <AlertValue alert={alert} /> <Age since={alert.since} />
      </span>
    </li>
  )
}
