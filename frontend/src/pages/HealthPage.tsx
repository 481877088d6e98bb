// Is the monitoring itself well: the gateway, what it depends on, this page's connection, and who does not deliver.
import { Link } from '@tanstack/react-router'

import { HEALTH, OVERVIEW, serversResource, type Health, type Overview, type ServerRow } from '@/api/queries'
import { useLive, useLiveState } from '@/api/useLive'
import { Age } from '@/components/Age'
import { CollectorHealth } from '@/components/CollectorHealth'
import { GatewayFigures } from '@/components/GatewayFigures'
import { Missing } from '@/components/Missing'
import { ClockSkew, TargetHealth } from '@/components/TargetHealth'
import { StatusLabel } from '@/components/status'
import { count } from '@/lib/plural'
import { formatSeconds, formatWhole } from '@/lib/units'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { DataTable, type Column } from '@/ui/DataTable'
import { Icon, type IconName } from '@/ui/Icon'
import { Failure, Loading, Nothing } from '@/ui/Message'

interface Look {
  label: string
  icon: IconName
  color: string
}

const HEALTH_LOOKS: Record<Health['status'], Look> = {
  ok: { label: 'Well', icon: 'check', color: 'text-ok' },
  degraded: { label: 'Degraded: values are old', icon: 'warning', color: 'text-warn' },
  unavailable: { label: 'Cannot serve: there is no snapshot', icon: 'cross', color: 'text-bad' },
}

type Dependency = Health['dependencies'][number]

const DEPENDENCY_LOOKS: Record<Dependency['status'], Look> = {
  up: { label: 'Up', icon: 'check', color: 'text-ok' },
  down: { label: 'Down', icon: 'cross', color: 'text-bad' },
  unknown: { label: 'Not asked yet', icon: 'clock', color: 'text-ink-faint' },
}

const CONNECTION_WORDS = {
  live: 'WebSocket: each tick arrives by itself.',
  polling: 'WebSockets do not get through, so this page asks every 5 seconds.',
  connecting: 'Opening the connection.',
  waiting: 'Lost; trying again.',
  paused: 'Paused while the tab was hidden.',
}

const DEPENDENCIES: readonly Column<Dependency>[] = [
  { title: 'Dependency', cell: (it) => it.name },
  { title: 'Status', cell: (it) => <Looks look={DEPENDENCY_LOOKS[it.status]} /> },
  { title: 'For', align: 'right', cell: (it) => <Age since={it.since} /> },
  {
    title: 'Latency',
    align: 'right',
    cell: (it) => (it.latency_seconds === null ? <Missing /> : formatSeconds(it.latency_seconds)),
  },
  { title: 'Error', wide: true, cell: (it) => <span className="whitespace-normal">{it.error ?? ''}</span> },
]

const SILENT: readonly Column<ServerRow>[] = [
  {
    title: 'Server',
    cell: (it) => (
      <Link to="/servers/$id" params={{ id: it.id }} className="underline-offset-2 hover:text-accent hover:underline">
        {it.name}
      </Link>
    ),
  },
  { title: 'Status', cell: (it) => <StatusLabel status={it.status} /> },
  { title: 'For', align: 'right', cell: (it) => <Age since={it.status_since} /> },
  { title: 'Job', cell: (it) => it.job },
  { title: 'Reason', wide: true, cell: (it) => <span className="whitespace-normal">{it.status_reason ?? ''}</span> },
]

export function HealthPage() {
  const { data: health, error } = useLive(HEALTH)
  return (
    <div className="flex flex-col gap-3">
      <h1 className="text-lg font-semibold">Health</h1>
      {health ? (
        <Gateway health={health} />
      ) : error ? (
        <Failure title="The gateway does not tell its health." error={error} />
      ) : (
        <Loading what="health" />
      )}
      <Warnings />
      <TargetHealth />
      <CollectorHealth />
      <ClockSkew />
      <GatewayFigures />
      <Silent status="down" title="Servers that are down" />
      <Silent status="stale" title="Servers whose values are stale" />
    </div>
  )
}

function Gateway({ health }: { health: Health }) {
  const { kind } = useLiveState()
  const { snapshot } = health
  return (
    <>
      <Card title="Gateway" note={`version ${health.version}`}>
        <dl className="grid grid-cols-[repeat(auto-fit,minmax(13rem,1fr))] gap-3 px-3 pb-3">
          <Fact term="Status">
            <Looks look={HEALTH_LOOKS[health.status]} />
          </Fact>
          <Fact term="Snapshot">
            {snapshot.at === null ? (
              'none yet'
            ) : (
              <>
                <Age since={snapshot.at} /> old, {count(snapshot.servers, 'server')}
              </>
            )}
          </Fact>
          <Fact term="Running for">
            <Age since={health.started_at} />
          </Fact>
          <Fact term="This page">{CONNECTION_WORDS[kind]}</Fact>
        </dl>
      </Card>
      <Card title="What the gateway depends on">
        <DataTable label="Dependencies" columns={DEPENDENCIES} rows={health.dependencies} rowKey={(it) => it.name} />
      </Card>
    </>
  )
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-soft">{term}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  )
}

function Looks({ look: { label, icon, color } }: { look: Look }) {
  return (
    <span className={classes('inline-flex items-center gap-1 font-medium', color)}>
      <Icon name={icon} className="size-3.5" /> {label}
    </span>
  )
}

/** What Prometheus says of its own answers: a part of the data may be missing though every query succeeded. */
function Warnings() {
  const { data: warnings } = useLive(OVERVIEW, selectWarnings)
  if (!warnings || warnings.length === 0) return null
  return (
    <Card title="Prometheus warns" note={warnings.length}>
      <ul role="list" className="px-3 pb-2">
        {warnings.map((it) => (
          <li key={it} className="[overflow-wrap:anywhere]">
            {it}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function selectWarnings({ warnings }: Overview): string[] {
  return warnings
}

const SHOWN = 50

function Silent({ status, title }: { status: 'down' | 'stale'; title: string }) {
  const { data } = useLive(serversResource({ filter: `status:${status}`, sort: 'name', limit: SHOWN }))
  if (!data) return null
  return (
    <Card title={title} note={formatWhole(data.matched)}>
      {data.matched === 0 ? (
        <Nothing>None.</Nothing>
      ) : (
        <DataTable label={title} columns={SILENT} rows={data.servers} rowKey={(it) => it.id} />
      )}
      {data.matched > SHOWN && (
        <p className="px-3 py-2">
          <Link
            to="/"
            search={{ filter: `status:${status}` }}
            className="font-medium text-accent underline-offset-2 hover:underline"
          >
            All {formatWhole(data.matched)}
          </Link>
        </p>
      )}
    </Card>
  )
}
