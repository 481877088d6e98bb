// One server: who it is, its values of now, and the history of each panel over a common range.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useMemo, type ReactNode } from 'react'

import { GatewayError } from '@/api/client'
import { panelQuery } from '@/api/history'
import { panelsQuery, serverResource, type Panel, type ServerDetail } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { PanelCard } from '@/charts/PanelCard'
import { detailQueries } from '@/components/columnQueries'
import { ComparePicker } from '@/components/ComparePicker'
import { CoreStrip } from '@/components/CoreStrip'
import { DiskTable, FilesystemTable, NetworkTable, SensorTable } from '@/components/detailTables'
import { GpuNow } from '@/components/GpuNow'
import { GrafanaLink } from '@/components/GrafanaLink'
import { KioskCharts } from '@/components/KioskCharts'
import { NotYet } from '@/components/NotYet'
import { QueryButton } from '@/components/QueryButton'
import { RangePicker } from '@/components/RangePicker'
import { ServerHeader } from '@/components/ServerHeader'
import { ServerSteps } from '@/components/ServerSteps'
import { useServerMarks } from '@/components/useServerMarks'
import { parseCompared } from '@/lib/compare'
import { newestKnown } from '@/lib/forecast'
import { parseRange, SHORTEST_SECONDS, type Range } from '@/lib/ranges'
import { searchOf } from '@/pages/serverSearch'
import { sectionsOf, type SectionId } from '@/pages/serverSections'
import { Card } from '@/ui/Card'
import { Failure, Loading } from '@/ui/Message'

const route = getRouteApi('/servers/$id')

export function ServerPage() {
  const { id } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data: detail, error } = useLive(serverResource(id))
  const panels = useQuery(panelsQuery)
  const range = useMemo(() => parseRange(search), [search])
  const compared = useMemo(() => parseCompared(search.compare), [search.compare])
  const marks = useServerMarks(detail, range)
  const onRange = useCallback(
    (next: Range) => {
      void navigate({ search: (old) => ({ ...old, ...searchOf(next) }), resetScroll: false })
    },
    [navigate],
  )
  const onZoom = useCallback(
    (from: number, to: number) => {
      const start = Math.floor(from)
      onRange({ kind: 'fixed', start, end: Math.max(Math.ceil(to), start + SHORTEST_SECONDS) })
    },
    [onRange],
  )

  if (!detail) return error ? <NoServer id={id} error={error} /> : <Loading what={id} />
  const charts = { server: id, range, marks, compared, grafana: panels.data?.grafana_url ?? null, onZoom }
  if (search.kiosk !== undefined)
    return <KioskCharts detail={detail} panels={panels.data?.panels ?? []} charts={charts} />
  return (
    <article aria-label={detail.server.name} className="flex flex-col gap-3">
      <ServerSteps id={id} />
      {detail.details_error !== null && <RowOnly error={detail.details_error} />}
      <ServerHeader detail={detail} />
      <div className="sticky top-11 z-10 -mx-3 border-b border-line bg-canvas px-3 py-1.5 max-sm:static">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <RangePicker range={range} onRange={onRange} />
          <ComparePicker
            server={id}
            value={search.compare}
            onChange={(compare) => {
              void navigate({ search: (old) => ({ ...old, compare }), resetScroll: false })
            }}
          />
          <span className="ml-auto">
            <GrafanaLink
              dashboard="sightline-server"
              variables={{ job: detail.server.job, instance: detail.server.instance }}
              range={range}
            />
          </span>
        </div>
      </div>
      {panels.error && !panels.data && <Failure title="The charts cannot be listed." error={panels.error} />}
      {sectionsOf(panelsFor(detail, panels.data?.panels ?? [])).map((section) => (
        <Section key={section.id} id={section.id} title={section.title} detail={detail}>
          {section.panels.map((panel: Panel) => (
            <PanelCard key={panel.id} panel={panel} {...charts} />
          ))}
        </Section>
      ))}
    </article>
  )
}

/** Of a server without swap there is nothing to draw but a line at zero. */
function panelsFor({ server }: ServerDetail, panels: readonly Panel[]): Panel[] {
  return panels.filter((it) => it.id !== 'swap' || server.swap_total_bytes !== 0)
}

interface SectionProps {
  id: SectionId
  title: string
  detail: ServerDetail
  children: ReactNode
}

function Section({ id, title, detail, children }: SectionProps) {
  // A server that is down says nothing of now, but it has a past; one without GPUs never had any.
  const absent = id === 'gpu' && detail.server.status === 'up' && detail.server.gpu === null && detail.gpus.length === 0
  if (absent) return null
  return (
    <div className="flex flex-col gap-2">
      <h2 className="mt-1 text-base font-semibold">{title}</h2>
      <SectionNow id={id} detail={detail} />
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,26rem),1fr))] gap-2">{children}</div>
    </div>
  )
}

/** What the section knows of now, above its charts. */
function SectionNow({ id, detail }: { id: SectionId; detail: ServerDetail }) {
  const { cpu, filesystems, disks, networks, sensors } = detail
  if (id === 'cpu') return <CoreStrip cores={cpu.per_core} queries={detailQueries('cores', detail.server)} />
  if (id === 'disk' && filesystems.length + disks.length > 0) {
    return (
      <div className="grid grid-cols-1 gap-2">
        {filesystems.length > 0 && (
          <Card
            title="Mounted filesystems"
            actions={<QueryButton title="mounted filesystems" queries={detailQueries('filesystems', detail.server)} />}
            note={filesystems.length}
          >
            <Filesystems server={detail.server.id} filesystems={filesystems} />
          </Card>
        )}
        {disks.length > 0 && (
          <Card
            title="Disks"
            actions={<QueryButton title="disks" queries={detailQueries('disks', detail.server)} />}
            note={disks.length}
          >
            <DiskTable disks={disks} />
          </Card>
        )}
      </div>
    )
  }
  if (id === 'network' && networks.length > 0) {
    return (
      <Card
        title="Interfaces"
        actions={<QueryButton title="interfaces" queries={detailQueries('networks', detail.server)} />}
        note={networks.length}
      >
        <NetworkTable networks={networks} />
      </Card>
    )
  }
  if (id === 'gpu') return <GpuNow detail={detail} />
  if (id === 'sensors' && sensors.length > 0) {
    return (
      <Card
        title="Temperature sensors"
        actions={<QueryButton title="temperature sensors" queries={detailQueries('sensors', detail.server)} />}
        note={sensors.length}
      >
        <SensorTable sensors={sensors} />
      </Card>
    )
  }
  return null
}

/** The filesystems with how long they last: from how fast each grew. */
function Filesystems({ server, filesystems }: { server: string; filesystems: ServerDetail['filesystems'] }) {
  // A day, so that its step is coarse: a line over hours does not move in seconds.
  const { data } = useQuery(panelQuery({ server, panel: 'filesystem_growth', range: { kind: 'rolling', id: '24h' } }))
  const growth = new Map(data?.series.map(({ labels, values }) => [labels.mountpoint ?? '', newestKnown(values)]))
  return <FilesystemTable filesystems={filesystems} growth={growth} />
}

/** Nobody had this server open when Prometheus went away: the fleet's last snapshot is all there is. */
function RowOnly({ error }: { error: string }) {
  return (
    <p role="status" className="rounded border border-line bg-warn-soft px-3 py-1.5 [overflow-wrap:anywhere]">
      <strong>Only what the fleet page knows is shown.</strong> The rest could not be asked: {error}
    </p>
  )
}

function NoServer({ id, error }: { id: string; error: Error }) {
  const unknown = error instanceof GatewayError && error.code === 'not_found'
  return (
    <>
      <h1 className="sr-only">{id}</h1>
      {unknown ? (
        <Failure title={`There is no server ${id}.`} error={error}>
          <Link to="/" className="font-medium text-accent underline underline-offset-2">
            All servers
          </Link>
        </Failure>
      ) : (
        <NotYet title={`${id} cannot be shown yet.`} error={error} />
      )}
    </>
  )
}
