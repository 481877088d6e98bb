// The committed dashboards are the generated ones, and Grafana can load them: identities, places, variables, links.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import test from 'node:test'

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

import { dashboards, fileOf, textOf } from './generate.ts'
import { expressionsOf, queriesOf } from './expressions.ts'

const committed = readdirSync(new URL('dashboards/', import.meta.url)).map((file) => file.replace(/\.json$/, ''))

test('every committed dashboard is generated, and every generated one is committed', () => {
  assert.deepEqual(committed.toSorted(), Object.keys(dashboards).toSorted())
})

test('uids and titles are each given once', () => {
  for (const key of ['uid', 'title'] as const) {
    const values = Object.values(dashboards).map((dashboard) => dashboard[key])
    assert.equal(new Set(values).size, values.length, `${key}: ${values.join(', ')}`)
  }
})

for (const name of committed) {
  const text = readFileSync(fileOf(name), 'utf8')
  const dashboard: Dashboard = JSON.parse(text)
  const panels = dashboard.panels ?? []
  const variables = dashboard.templating?.list ?? []

  test(`${name}.json is fresh`, () => {
    assert.equal(text, textOf(dashboards[name]!), 'run: npm --prefix grafana run generate')
  })

  test(`${name}.json has what Grafana asks of a dashboard`, () => {
    assert.match(dashboard.uid ?? '', /^[a-z-]{1,40}$/)
    assert.equal(dashboard.id, undefined, 'a provisioned dashboard brings no database id')
    assert.equal(typeof dashboard.schemaVersion, 'number')
    assert.ok(panels.length > 0)
    const ids = panels.map((panel) => panel.id)
    assert.equal(new Set(ids).size, ids.length, 'panel ids repeat')
  })

  test(`${name}.json asks the data source that its variable names`, () => {
    const [first] = variables
    assert.deepEqual([first?.name, first?.type, first?.query], ['datasource', 'datasource', 'prometheus'])
    for (const panel of panels) {
      if (!('fieldConfig' in panel)) continue // a row
      assert.equal(panel.datasource?.uid, '${datasource}', panel.title)
      const targets = queriesOf(panel)
      assert.ok(targets.length > 0, `${panel.title} asks nothing`)
      for (const target of targets) assert.equal(target.datasource?.uid, '${datasource}', panel.title)
      const refs = targets.map((target) => target.refId)
      assert.equal(new Set(refs).size, refs.length, `${panel.title} repeats a refId`)
      assert.ok(panel.fieldConfig?.defaults.unit, `${panel.title} has no unit`)
    }
  })

  test(`${name}.json uses only variables that exist`, () => {
    const known = new Set(variables.map((variable) => variable.name))
    for (const { where, expr } of expressionsOf(dashboard)) {
      for (const [, used] of expr.matchAll(/\$\{?([a-z]\w*)/g)) assert.ok(known.has(used!), `${where}: $${used}`)
    }
  })

  test(`${name}.json: what a link says of a value, it says where Grafana knows values`, () => {
    for (const panel of panels) {
      const ofPanel = JSON.stringify(('links' in panel && panel.links) || [])
      assert.doesNotMatch(ofPanel, /\$\{__(field|data|value)\b/, `${panel.title}: a panel's own link knows no value`)
    }
    const ofDashboard = JSON.stringify(dashboard.links)
    assert.doesNotMatch(ofDashboard, /\$\{__(field|data|value)\b/, 'a link of the dashboard knows no value')
    for (const [, used] of JSON.stringify([dashboard.links, panels]).matchAll(/"url":"([^"]*)"/g)) {
      for (const [, variable] of used!.matchAll(/\$\{([a-z]\w*)/g)) {
        assert.ok(
          variables.some((it) => it.name === variable),
          `a link uses $${variable}: ${used}`,
        )
      }
    }
  })

  test(`${name}.json leads to Sightline's own page`, () => {
    assert.ok(dashboard.links?.some(({ url }) => url?.startsWith('${sightline:raw}/')))
  })

  test(`${name}.json: no panel lies on another or outside the page`, () => {
    const cells = new Map()
    for (const { title, gridPos } of panels) {
      assert.ok(gridPos, `${title} has no place`)
      assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= 24, `${title} is outside`)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!cells.has(`${x},${y}`), `${title} lies on ${cells.get(`${x},${y}`)}`)
          cells.set(`${x},${y}`, title)
        }
      }
    }
  })
}
