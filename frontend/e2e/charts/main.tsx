// A dozen charts of 720 points that get one more at each tick, in the look that the fragment names: see chartsPage.ts.
import '@/styles/app.css'
import 'uplot/dist/uPlot.min.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import uPlot from 'uplot'

import { queryClient } from '@/api/gateway'
import { panelQuery, type PanelData } from '@/api/history'
import type { Panel } from '@/api/queries'
import { PanelCard } from '@/charts/PanelCard'
import type { Range } from '@/lib/ranges'
import { continueChart, gridTimes } from '@/lib/series'
import { startTheme } from '@/ui/useTheme'

const CHARTS = 12
const POINTS = 720
const STEP = 5
const SERIES = ['read', 'written']
/** What a tick brings: the newest step, and those before it once more. */
const ASKED_AGAIN = 3
const START = 1_800_000_000
const COLORS = ['#2f6fde', '#d9730d']
const BARE = {
  width: 440,
  height: 168,
  legend: { show: false },
  series: [{}, ...COLORS.map((stroke) => ({ stroke, width: 1 }))],
}
const KNOWN = {
  width: 420,
  height: 190,
  legend: { show: false },
  series: [{}, ...COLORS.map((stroke) => ({ stroke, fill: `${stroke}40`, paths: uPlot.paths.spline?.() }))],
}
const SERVER = 'server'
// One that is not asked for: the ticks come from here.
const RANGE = { kind: 'fixed', start: START, end: START + (POINTS - 1) * STEP } satisfies Range
const IDS = Array.from({ length: CHARTS }, (_, index) => `panel-${index}`)

declare global {
  interface Window {
    /** Moves every chart on by a step; resolves when it is drawn. */
    tick: () => Promise<void>
  }
}

function valueAt(time: number, chart: number, line: number): number {
  return 1e6 * (2 + Math.sin(time / 300 + chart) + Math.sin(time / 37 + line) / 4)
}

function answer(chart: number, start: number, end: number): PanelData {
  const times = gridTimes({ start, end, step: STEP })
  const series = SERIES.map((name, line) => ({
    name,
    labels: {},
    values: times.map((time) => valueAt(time, chart, line)),
  }))
  return { panel: IDS[chart] ?? '', server: SERVER, expression: '', warnings: [], start, end, step: STEP, series }
}

const gridAt = (moved: number) => ({ start: START + moved, end: START + moved + (POINTS - 1) * STEP, step: STEP })

/** The page's own cards, fed through the page's own cache. */
function showOurs(root: HTMLElement): (moved: number) => void {
  const keyOf = (id: string) => panelQuery({ server: SERVER, panel: id, range: RANGE }).queryKey
  IDS.forEach((id, chart) => queryClient.setQueryData(keyOf(id), answer(chart, RANGE.start, RANGE.end)))
  const panel: Panel = {
    id: '',
    title: 'Disk throughput',
    description: 'Read and written.',
    unit: 'bytes_per_second',
    group: 'disk',
    stacked: false,
    maximum: null,
    thresholds: [],
    requires: [],
  }
  const marks: never[] = []
  createRoot(root).render(
    <QueryClientProvider client={queryClient}>
      <div className="grid grid-cols-3 gap-2 p-2">
        {IDS.map((id) => (
          <PanelCard
            key={id}
            panel={{ ...panel, id, title: id }}
            server={SERVER}
            range={RANGE}
            marks={marks}
            compared={null}
            grafana={null}
            onZoom={() => undefined}
          />
        ))}
      </div>
    </QueryClientProvider>,
  )
  return (moved) => {
    const wanted = gridAt(moved)
    IDS.forEach((id, chart) => {
      const tail = answer(chart, wanted.end - ASKED_AGAIN * STEP, wanted.end)
      queryClient.setQueryData<PanelData>(keyOf(id), (known) => known && continueChart(known, tail, wanted))
    })
  }
}

/** The same points by uPlot and nothing else. */
function showAlone(root: HTMLElement, options: Omit<uPlot.Options, 'title'>): (moved: number) => void {
  root.className = 'grid grid-cols-3 gap-2 p-2'
  const dataOf = (chart: number, moved: number): uPlot.AlignedData => {
    const times = gridTimes(gridAt(moved))
    return [times, ...SERIES.map((_, line) => times.map((time) => valueAt(time, chart, line)))]
  }
  const plots = IDS.map((_, chart) => new uPlot(options, dataOf(chart, 0), root))
  return (moved) => {
    const data = plots.map((_, chart) => dataOf(chart, moved))
    // In a frame, as pages do it: what a canvas is painted with outside of one is not counted as the page's.
    requestAnimationFrame(() => {
      plots.forEach((plot, chart) => {
        plot.setData(data[chart] ?? [[]])
      })
    })
  }
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id `root`')
startTheme()
const looks: Record<string, (root: HTMLElement) => (moved: number) => void> = {
  '#ours': showOurs,
  '#bare': (root) => showAlone(root, BARE),
  '#known': (root) => showAlone(root, KNOWN),
}
const show = looks[location.hash]
if (!show) throw new Error(`no charts look like \`${location.hash}\`: ${Object.keys(looks).join(', ')}`)
const move = show(root)
let moved = 0
window.tick = async () => {
  moved += STEP
  move(moved)
  // What is queued for the next frame is drawn in it; the one after begins when that is done.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((done) => requestAnimationFrame(done))
}
