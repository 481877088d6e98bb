// Our few kinds of panel, each as a line of data, built with Grafana's own SDK: it knows Grafana's JSON and checks it by type.

import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type DynamicConfigValue,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  TimePickerBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'

const datasource = { type: 'prometheus', uid: '${datasource}' }

/** Grafana's names of our units. Values stay in base units; Grafana converts for eyes. */
const UNITS = {
  ratio: units.PercentUnit,
  percent: units.Percent,
  bytes: units.BytesIEC,
  mebibytes: units.Mebibytes,
  bytesPerSecond: units.BytesPerSecondSI,
  perSecond: units.OpsPerSecond,
  seconds: units.Seconds,
  count: units.Short,
  celsius: units.Celsius,
  watts: units.Watt,
  hertz: units.Hertz,
}

export type Unit = keyof typeof UNITS

/** A legend, with `{{label}}` for a label's value, and an expression. */
export type Query = [legend: string, expr: string]

/** From this value on the colour is this one. */
export type Step = [value: number, color: 'yellow' | 'orange' | 'red']

/** A link from a value to somewhere else, with Grafana's variables in its URL. */
export type Link = { title: string; url: string }

/** From a value to its server, here and in Sightline; `label` is how Grafana writes a label of the value. */
export function toServer(label: (name: string) => string): Link[] {
  const [job, instance] = [label('job'), label('instance')].map((it) => `\${${it}:percentencode}`)
  const variables = `var-job=${job}&var-instance=${instance}`
  return [
    { title: 'This server', url: `/d/sightline-server?${variables}&\${datasource:queryparam}&\${__url_time_range}` },
    { title: 'This server in Sightline', url: `\${sightline:raw}/servers/${instance}?\${__url_time_range}` },
  ]
}

/** Of a value in a curve or bar, whose series has labels. */
export const ofSeries = (name: string) => `__field.labels.${name}`
/** Of a value in a table, whose row has fields. */
const ofRow = (name: string) => `__data.fields.${name}`

export type Options = {
  description?: string
  /** Of the page's 24 columns. */
  width?: number
  /** In Grafana's grid units of some 30 pixels. */
  height?: number
  /** The scale's ends. `min` null lets Grafana choose, for what may be negative. */
  min?: number | null
  max?: number
  steps?: Step[]
  links?: Link[]
}

/** What `dashboard` puts on the page: panels beside each other, rows across it. */
export type Item = { build(): Panel } | RowBuilder

type Builder = TimeSeries | Stat | BarGauge | Table

/** Colours from green to red at these values, so that a look tells what needs one. */
function thresholds(steps: Step[] = []): Threshold[] {
  const others = steps.map(([value, color]) => ({ value, color }))
  return [{ value: null, color: steps.length === 0 ? 'blue' : 'green' }, ...others]
}

/** What all panels have. */
function base<B extends Builder>(panel: B, title: string, unit: Unit, options: Options): B {
  const { description, width = 12, height = 8, min, max, steps, links } = options
  panel
    .title(title)
    .datasource(datasource)
    .unit(UNITS[unit])
    .span(width)
    .height(height)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholds(steps)))
  if (description !== undefined) panel.description(description)
  if (min !== undefined && min !== null) panel.min(min)
  if (max !== undefined) panel.max(max)
  if (links !== undefined) panel.dataLinks(links.map(({ title, url }) => new DashboardLinkBuilder(title).url(url)))
  return panel
}

const refId = (index: number) => String.fromCharCode(65 + index)

const target = ([legend, expr]: Query, index: number) =>
  new DataqueryBuilder().refId(refId(index)).datasource(datasource).expr(expr).legendFormat(legend)

const last = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull'])

/** Curves over time. */
export function timeseries(title: string, unit: Unit, queries: Query[], options: Options & { stacked?: boolean } = {}) {
  const { stacked = false } = options
  return base(new TimeSeries(), title, unit, { min: 0, ...options })
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false) // a gap is a gap
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(queries.map((query, index) => target(query, index).range()))
}

/** One number of now, with `graph` over its last hour. */
export function stat(title: string, unit: Unit, expr: string, options: Options & { graph?: boolean } = {}) {
  const query = target(['', expr], 0)
  return base(new Stat(), title, unit, { width: 4, height: 4, ...options })
    .reduceOptions(last())
    .colorMode(options.steps ? BigValueColorMode.Value : BigValueColorMode.None)
    .graphMode(options.graph ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .textMode(BigValueTextMode.Auto)
    .targets([options.graph ? query.range() : query.instant()])
}

/** A bar per series. */
export function bars(title: string, unit: Unit, queries: Query[], options: Options = {}) {
  return base(new BarGauge(), title, unit, { min: 0, ...options })
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(last())
    .valueMode(BarGaugeValueMode.Color)
    .targets(queries.map((query, index) => target(query, index).instant()))
}

/** A column of a table: one expression's values. */
export type Column = { name: string; unit: Unit; expr: string; steps?: Step[]; max?: number }

/** Rows of now, one per server. All expressions share the labels in `by`; the labels in `hide` are left out. */
export function table(title: string, by: string[], columns: Column[], options: Options & { hide?: string[] } = {}) {
  const valueOf = (index: number) => `Value #${refId(index)}`
  const order = [...by, ...columns.map((_, index) => valueOf(index))]
  const panel = base(new Table(), title, 'count', { width: 24, height: 10, ...options })
    .filterable(true)
    .targets(columns.map(({ expr }, index) => target(['', expr], index).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(['Time', ...(options.hide ?? [])].map((name) => [name, true])),
        indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
        renameByName: Object.fromEntries(columns.map(({ name }, index) => [valueOf(index), name])),
      },
    })
  for (const column of columns) panel.overrideByName(column.name, propertiesOf(column))
  return panel.overrideByName('instance', [{ id: 'links', value: toServer(ofRow) }])
}

function propertiesOf({ unit, steps, max }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [{ id: 'unit', value: UNITS[unit] }]
  if (max !== undefined) properties.push({ id: 'max', value: max })
  if (steps !== undefined) {
    properties.push(
      { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: thresholds(steps) } },
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
    )
  }
  return properties
}

/** A heading across the page. */
export const row = (title: string) => new RowBuilder(title)

/** A variable that lists label values: `query` is `label_values(selector, label)`. */
export function variable(name: string, label: string, query: string, { multi = false } = {}) {
  const built = new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .definition(query)
    .query({ query, refId: `variable-${name}` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(multi)
    .includeAll(multi)
  return multi ? built.allValue('.+').current({ text: ['All'], value: ['$__all'] }) : built
}

/** Where our own pages are, for links to them; whoever has them elsewhere writes it into the dashboard's field. */
const ownPages = () =>
  new TextBoxVariableBuilder('sightline')
    .label('Sightline at')
    .defaultValue('http://localhost:8000')
    .current({ text: 'http://localhost:8000', value: 'http://localhost:8000' })

export type Parts = {
  uid: string
  title: string
  description: string
  /** The page of ours that shows the same, below Sightline's address. */
  page: string
  variables: { build(): VariableModel }[]
  items: Item[]
}

/** The SDK hides links in a menu unless told otherwise, and has no word for otherwise. */
const inSight = (link: Partial<DashboardLink>) => delete link.placement

/** A dashboard. Panels are placed in reading order, as many beside each other as fit in 24 columns. */
export function dashboard({ uid, title, description, page, variables, items }: Parts): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['sightline'])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('5s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .timepicker(new TimePickerBuilder().refreshIntervals(['5s', '10s', '30s', '1m', '5m']))
    .variables([
      new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
      ...variables,
      ownPages(),
    ])
    .links([
      new DashboardLinkBuilder('Sightline')
        .type(DashboardLinkType.Dashboards)
        .tags(['sightline'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
      new DashboardLinkBuilder("In Sightline's own page")
        .type(DashboardLinkType.Link)
        .icon('external link')
        .url('${sightline:raw}' + page)
        .keepTime(true)
        .targetBlank(true),
    ])
  for (const item of items) {
    if (item instanceof RowBuilder) builder.withRow(item)
    else builder.withPanel(item)
  }
  const built = builder.build()
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1
    if ('fieldConfig' in panel) panel.fieldConfig?.defaults.links?.forEach(inSight)
  })
  built.links?.forEach(inSight)
  return built
}
