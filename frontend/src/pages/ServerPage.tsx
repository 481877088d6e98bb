// One server: who it is, its values of now, and the history of each panel over a common range.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useMemo, type ReactNode } from 'react'

import { GatewayError } from '@/api/client'
import { panelsQuery, serverResource, type Panel, type ServerDetail } from '@/api/queries'
import { useLive } from '@/api/useLive'
import type { Mark } from '@/charts/chartOptions'
import { PanelCard } from '@/charts/PanelCard'
import { CoreStrip } from '@/components/CoreStrip'
import { DiskTable, FilesystemTable, GpuTable, NetworkTable, SensorTable } from '@/components/detailTables'
import { RangePicker } from '@/components/RangePicker'
import { ServerHeader } from '@/components/ServerHeader'
import { ServerSteps } from '@/components/ServerSteps'
import { parseRange, SHORTEST_SECONDS, type Range } from '@/lib/ranges'
import type { ServerSearch } from '@/pages/serverSearch'
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
  const marks = useMarks(detail)
  const onRange = useCallback(
    (next: Range) => {
      void navigate({ search: searchOf(next), resetScroll: false })
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
  return (
    <article aria-label={detail.server.name} className="flex flex-col gap-3">
      <ServerSteps id={id} />
      <ServerHeader detail={detail} />
      <div className="sticky top-11 z-10 -mx-3 border-b border-line bg-canvas px-3 py-1.5 max-sm:static">
        <RangePicker range={range} onRange={onRange} />
      </div>
      {panels.error && !panels.data && <Failure title="The charts cannot be listed." error={panels.error} />}
      {sectionsOf(panels.data ?? []).map((section) => (
        <Section key={section.id} id={section.id} title={section.title} detail={detail}>
          {section.panels.map((panel: Panel) => (
            <PanelCard key={panel.id} server={id} panel={panel} range={range} marks={marks} onZoom={onZoom} />
          ))}
        </Section>
      ))}
    </article>
  )
}

interface SectionProps {
  id: SectionId
  title: string
  detail: ServerDetail
  children: ReactNode
}

function Section({ id, title, detail, children }: SectionProps) {
  // A server that is down says nothing of now, but it has a past; one without GPUs never had any.
  const absent = id === 'gpu' && detail.server.status === 'up' && detail.gpus.length === 0
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
  const { cpu, filesystems, disks, networks, gpus, sensors } = detail
  if (id === 'cpu') return <CoreStrip cores={cpu.per_core} />
  if (id === 'disk' && filesystems.length + disks.length > 0) {
    return (
      <div className="grid grid-cols-1 gap-2">
        {filesystems.length > 0 && (
          <Card title="Mounted filesystems" note={filesystems.length}>
            <FilesystemTable filesystems={filesystems} />
          </Card>
        )}
        {disks.length > 0 && (
          <Card title="Disks" note={disks.length}>
            <DiskTable disks={disks} />
          </Card>
        )}
      </div>
    )
  }
  if (id === 'network' && networks.length > 0) {
    return (
      <Card title="Interfaces" note={networks.length}>
        <NetworkTable networks={networks} />
      </Card>
    )
  }
  if (id === 'gpu' && gpus.length > 0) {
    return (
      <Card title="Each GPU" note={gpus.length}>
        <GpuTable gpus={gpus} />
      </Card>
    )
  }
  if (id === 'sensors' && sensors.length > 0) {
    return (
      <Card title="Temperature sensors" note={sensors.length}>
        <SensorTable sensors={sensors} />
      </Card>
    )
  }
  return null
}

/** What happened to the server, for the time axes: its boot, and since when its alerts fire. */
function useMarks(detail: ServerDetail | undefined): readonly Mark[] {
  const marks: Mark[] = []
  const bootTime = detail?.system.boot_time ?? null
  if (bootTime !== null) marks.push({ at: bootTime, label: 'boot' })
  for (const { name, since } of detail?.alerts ?? []) {
    if (since !== null) marks.push({ at: since, label: name })
  }
  const key = JSON.stringify(marks)
  // The same marks keep their identity, so that a tick does not draw the charts again.
  return useMemo(() => JSON.parse(key) as Mark[], [key])
}

/** What a range is in the URL. */
function searchOf(range: Range): ServerSearch {
  if (range.kind === 'rolling') return { range: range.id, from: undefined, to: undefined }
  return { range: undefined, from: String(range.start), to: String(range.end) }
}

function NoServer({ id, error }: { id: string; error: Error }) {
  const unknown = error instanceof GatewayError && error.code === 'not_found'
  return (
    <>
      <h1 className="sr-only">{id}</h1>
      <Failure title={unknown ? `There is no server ${id}.` : `${id} cannot be shown yet.`} error={error}>
        <Link to="/" className="font-medium text-accent underline underline-offset-2">
          All servers
        </Link>
      </Failure>
    </>
  )
}
