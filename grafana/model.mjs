// Grafana's dashboard model, as far as our dashboards need it: functions from a line of data to Grafana's JSON.

const datasource = { type: 'prometheus', uid: '${datasource}' }

/** Grafana's names of our units. Values stay in base units; Grafana converts for eyes. */
const UNITS = {
  ratio: 'percentunit',
  percent: 'percent',
  bytes: 'bytes',
  mebibytes: 'mbytes',
  bytesPerSecond: 'Bps',
  perSecond: 'ops',
  seconds: 's',
  count: 'short',
  celsius: 'celsius',
  watts: 'watt',
  hertz: 'hertz',
}

function unitOf(name) {
  if (!(name in UNITS)) throw new Error(`there is no unit \`${name}\`; there are ${Object.keys(UNITS).join(', ')}`)
  return UNITS[name]
}

const target = ([legend, expr], index, extra = {}) => ({
  refId: String.fromCharCode(65 + index),
  datasource,
  expr,
  legendFormat: legend,
  ...extra,
})

/** Colours from green to red at these values, so that a look tells what needs one. */
const thresholds = (steps = []) => ({
  mode: 'absolute',
  steps: [
    { color: steps.length === 0 ? 'blue' : 'green', value: null },
    ...steps.map(([value, color]) => ({ value, color })),
  ],
})

const base = (
  type,
  title,
  unit,
  { description, links, width, height, min, max, steps, decimals, overrides = [] } = {},
) => ({
  type,
  title,
  ...(description && { description }),
  ...(links && { links }),
  datasource,
  place: { width, height },
  fieldConfig: {
    defaults: {
      unit: unitOf(unit),
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(decimals !== undefined && { decimals }),
      thresholds: thresholds(steps),
    },
    overrides,
  },
})

/** Curves over time. `queries` are [legend, expression]. */
export function timeseries(title, unit, queries, options = {}) {
  const panel = base('timeseries', title, unit, { width: 12, height: 8, min: 0, ...options })
  panel.fieldConfig.defaults.custom = {
    lineWidth: 1,
    fillOpacity: options.stacked ? 40 : 8,
    showPoints: 'never',
    spanNulls: false, // a gap is a gap
    stacking: { mode: options.stacked ? 'normal' : 'none', group: 'A' },
  }
  panel.options = {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  }
  panel.targets = queries.map((query, index) => target(query, index))
  return panel
}

/** One number of now. */
export function stat(title, unit, expr, options = {}) {
  const panel = base('stat', title, unit, { width: 4, height: 4, ...options })
  panel.options = {
    reduceOptions: { calcs: ['lastNotNull'] },
    colorMode: options.steps ? 'value' : 'none',
    graphMode: options.graph ? 'area' : 'none',
    textMode: 'auto',
  }
  panel.targets = [target([options.legend ?? '', expr], 0, options.graph ? {} : { instant: true, range: false })]
  return panel
}

/** A bar per series, longest first. */
export function bars(title, unit, queries, options = {}) {
  const panel = base('bargauge', title, unit, { width: 12, height: 8, min: 0, ...options })
  panel.options = {
    orientation: 'horizontal',
    displayMode: 'basic',
    reduceOptions: { calcs: ['lastNotNull'] },
    valueMode: 'color',
  }
  panel.targets = queries.map((query, index) => target(query, index, { instant: true, range: false }))
  return panel
}

/** Rows of now. `columns` are { name, unit, expr, steps? }; all expressions share the labels in `by`. */
export function table(title, by, columns, options = {}) {
  const panel = base('table', title, 'count', { width: 24, height: 10, ...options })
  panel.targets = columns.map(({ expr }, index) =>
    target(['', expr], index, { instant: true, range: false, format: 'table' }),
  )
  panel.transformations = [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true, ...Object.fromEntries((options.hide ?? []).map((name) => [name, true])) },
        indexByName: Object.fromEntries(
          [...by, ...columns.map((_, index) => valueOf(index))].map((name, index) => [name, index]),
        ),
        renameByName: Object.fromEntries(columns.map(({ name }, index) => [valueOf(index), name])),
      },
    },
  ]
  panel.fieldConfig.defaults.custom = { align: 'auto', filterable: true }
  panel.fieldConfig.overrides.push(...columns.map(overrideOf))
  return panel
}

const valueOf = (index) => `Value #${String.fromCharCode(65 + index)}`

const overrideOf = ({ name, unit, steps, max }) => ({
  matcher: { id: 'byName', options: name },
  properties: [
    { id: 'unit', value: unitOf(unit) },
    ...(max === undefined ? [] : [{ id: 'max', value: max }]),
    ...(steps === undefined
      ? []
      : [
          { id: 'thresholds', value: thresholds(steps) },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]),
  ],
})

/** A heading across the page. */
export const row = (title) => ({ type: 'row', title, collapsed: false, panels: [], place: { width: 24, height: 1 } })

/** A variable that lists label values. */
export const variable = (name, label, query, { multi = false } = {}) => ({
  type: 'query',
  name,
  label,
  datasource,
  definition: query,
  query: { query, refId: `variable-${name}` },
  refresh: 2,
  sort: 7,
  multi,
  includeAll: multi,
  ...(multi && { allValue: '.+', current: { text: ['All'], value: ['$__all'] } }),
})

/** A dashboard. Panels are placed in reading order, as many beside each other as fit in 24 columns. */
export function dashboard({ uid, title, description, variables, links = [], panels }) {
  return {
    uid,
    title,
    description,
    tags: ['sightline'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1, // a shared crosshair
    refresh: '5s',
    time: { from: 'now-1h', to: 'now' },
    timepicker: { refresh_intervals: ['5s', '10s', '30s', '1m', '5m'] },
    annotations: { list: [] },
    links,
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', current: {} },
        ...variables,
      ],
    },
    panels: place(panels),
  }
}

function place(panels) {
  let x = 0
  let y = 0
  let tallest = 0
  return panels.map(({ place: { width, height }, ...panel }, index) => {
    if (x + width > 24) {
      x = 0
      y += tallest
      tallest = 0
    }
    const gridPos = { x, y, w: width, h: height }
    x += width
    tallest = Math.max(tallest, height)
    return { id: index + 1, gridPos, ...panel }
  })
}
