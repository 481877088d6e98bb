// One alert in a line: what, how bad, its value, since when, and where.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { Alert } from '@/api/queries'
import { Age } from '@/components/Age'
import { alertWords } from '@/lib/alertValue'
import { mention } from '@/lib/mention'
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

interface SummaryProps {
  alert: Alert
  /** What it is about: of its words where they have it, else before them. */
  subject: string
  /** How that is shown. */
  children: ReactNode
}

/** What the alert says. */
export function Summary({ alert, subject, children }: SummaryProps) {
  const { summary = '' } = alert.annotations
  const [before, after] = mention(summary, subject) ?? ['', ` ${summary}`]
  return (
    <>
      {before}
      {children}
      {after}
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
          {server === null ? (
            alert.annotations.summary
          ) : (
            <Summary alert={alert} subject={server}>
              <Link to="/servers/$id" params={{ id: server }} className="text-accent underline underline-offset-2">
                {server}
              </Link>
            </Summary>
          )}
        </span>
      </span>
      <span className="text-right text-xs whitespace-nowrap text-ink-soft max-sm:col-start-2 max-sm:text-left max-sm:whitespace-normal">
        <AlertValue alert={alert} /> <Age since={alert.since} />
      </span>
    </li>
  )
}
