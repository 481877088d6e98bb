// The committed dashboards are the generated ones, and Grafana can load them: identities, places, variables, links.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import test from 'node:test'

import { dashboards, fileOf, textOf } from './generate.mjs'
import { expressionsOf } from './expressions.mjs'

const committed = readdirSync(new URL('dashboards/', import.meta.url)).map((file) => file.replace(/\.json$/, ''))

test('every committed dashboard is generated, and every generated one is committed', () => {
  assert.deepEqual(committed.toSorted(), Object.keys(dashboards).toSorted())
})

test('uids and titles are each given once', () => {
  for (const key of ['uid', 'title']) {
    const values = Object.values(dashboards).map((dashboard) => dashboard[key])
    assert.equal(new Set(values).size, values.length, `${key}: ${values.join(', ')}`)
  }
})

for (const name of committed) {
  const text = readFileSync(fileOf(name), 'utf8')
  const dashboard = JSON.parse(text)

  test(`${name}.json is fresh`, () => {
    assert.equal(text, textOf(dashboards[name]), 'run: node grafana/generate.mjs')
  })

  test(`${name}.json has what Grafana asks of a dashboard`, () => {
    assert.match(dashboard.uid, /^[a-z-]{1,40}$/)
    assert.equal(dashboard.id, undefined, 'a provisioned dashboard brings no database id')
    assert.equal(typeof dashboard.schemaVersion, 'number')
    assert.ok(dashboard.panels.length > 0)
    const ids = dashboard.panels.map((panel) => panel.id)
    assert.equal(new Set(ids).size, ids.length, 'panel ids repeat')
  })

  test(`${name}.json asks the data source that its variable names`, () => {
    const [first] = dashboard.templating.list
    assert.deepEqual([first.name, first.type, first.query], ['datasource', 'datasource', 'prometheus'])
    for (const panel of dashboard.panels.filter((it) => it.type !== 'row')) {
      assert.equal(panel.datasource.uid, '${datasource}', panel.title)
      assert.ok(panel.targets.length > 0, `${panel.title} asks nothing`)
      for (const target of panel.targets) assert.equal(target.datasource.uid, '${datasource}', panel.title)
      const refs = panel.targets.map((target) => target.refId)
      assert.equal(new Set(refs).size, refs.length, `${panel.title} repeats a refId`)
      assert.ok(panel.fieldConfig.defaults.unit, `${panel.title} has no unit`)
    }
  })

  test(`${name}.json uses only variables that exist`, () => {
    const known = new Set(dashboard.templating.list.map((variable) => variable.name))
    for (const { where, expr } of expressionsOf(dashboard)) {
      for (const [, used] of expr.matchAll(/\$\{?([a-z]\w*)/g)) assert.ok(known.has(used), `${where}: $${used}`)
    }
  })

  test(`${name}.json: no panel lies on another or outside the page`, () => {
    const cells = new Map()
    for (const { title, gridPos } of dashboard.panels) {
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
