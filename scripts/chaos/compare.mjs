// Whether what the gateway showed is what Prometheus had: value by value, at the instant and of the scrape that the gateway named.

import { GAUGES, RULES, isSameTime } from './truth.mjs'

const GONE = 'Prometheus no longer has this target'
/** Sums are added up in another order. */
const ROUNDING = 1e-9
/** Of a plain rate that was asked for before its newest scrapes were stored. */
const TOLERANCE = 0.1
const WINDOW = 30

/** What is shown in these lists and is not so, in words; empty when all is. Also how many values were compared. */
export async function compare(lists, truth) {
  const wrong = []
  let compared = 0
  for (const { at, servers } of lists) {
    for (const row of servers) {
      for (const check of [ofScrape, ofGauges, ofRules]) {
        for (const it of check(row, at, truth)) {
          compared += 1
          const why = it.isRight ? null : it.explain ? await it.explain(it, row, at, truth) : it.why
          if (why) wrong.push(`${row.instance} (${row.status}, sampled at ${row.sampled_at}, shown at ${at}) ${why}`)
        }
      }
    }
  }
  return { wrong, compared }
}

/** The status, and that the scrape it is of is the newest one there was. */
function* ofScrape(row, at, truth) {
  if (row.status_reason === GONE) {
    const mayBeBack = truth.between(row.instance, 'up', truth.settled(at), at).length > 0
    yield { isRight: !truth.isTarget(row.instance, at) || mayBeBack, why: 'is said to be gone, Prometheus has it' }
    return
  }
  const newest = truth.newest(row.instance, 'up', at)
  const [, up] = newest.find(([time]) => isSameTime(time, row.sampled_at)) ?? []
  const times = newest.map(([time, value]) => `${value} at ${time}`).join(' and ')
  const isRight = up === (row.status === 'down' ? 0 : 1)
  yield { isRight, why: `is ${row.status} (${row.status_reason}), the newest scrapes have up ${times || 'nowhere'}` }
}

/** What comes straight from a scrape: from the one that the row names, or from one that was stored while the gateway asked. */
function* ofGauges(row, at, truth) {
  const samples = (name) => truth.between(row.instance, name, row.sampled_at, at)
  for (const [column, { of, make = (value) => value }] of Object.entries(GAUGES)) {
    const [first, ...rest] = of.map(samples)
    const candidates = first.flatMap(([time, value]) => {
      const others = rest.map((it) => it.find(([itsTime]) => itsTime === time)?.[1])
      return others.includes(undefined) ? [] : [make(value, ...others)]
    })
    const shown = row[column]
    const isMissing = shown === null || shown === undefined
    const isRight = isMissing ? !isTold() : candidates.some((it) => isSame(it, shown))
    const why = `${column} is ${shown}, the scrape has ${candidates.join(' and ') || 'none'}`
    yield { isRight, why, explain: row.status === 'down' ? notLeft : undefined, gauges: { of, make }, shown }

    /** That scrape told it, and nothing newer took it away. */
    function isTold() {
      const isOfScrape = candidates.length > 0 && isSameTime(first[0][0], row.sampled_at)
      return row.status !== 'down' && isOfScrape && samples('up').length === 1 && truth.isTarget(row.instance, at)
    }
  }
}

/** What recording rules make; where they have not yet, the gateway asks the plain expressions. */
function* ofRules(row, at, truth) {
  for (const [column, name] of Object.entries(RULES)) {
    const shown = column === 'fullest_ratio' ? row.filesystem?.used_ratio : row[column]
    if (shown === null || shown === undefined) continue
    const recorded = truth.newestEvaluated(row.instance, name, at).map(([, value]) => value)
    yield { isRight: recorded.some((it) => isSame(it, shown)), explain: notPlain, column, shown, recorded }
  }
}

/**
 * Why a value is not what is left of an older scrape either; null when it is. Where a scrape fails there is nothing left of the one
 * before, but a Prometheus that was started in between does not know what to end. The next scrape may have been stored right after
 * the gateway had asked, and is newer for who asks now: so it is also asked what was left when the scrape failed.
 */
async function notLeft({ why, gauges: { of, make }, shown }, row, at, truth) {
  for (const instant of [at, row.sampled_at]) {
    const left = await truth.left(row.instance, instant)
    if (isSame(make(...of.map(left)), shown)) return null
  }
  return why
}

/**
 * Why a value is not that of the plain expression either; null when it is, or may have been before the newest scrapes were stored.
 * Null also where it is what Prometheus has left: of a server that went right before Prometheus was killed the series are ended, but
 * not what rules had made of them, since the Prometheus that was started anew never made it.
 */
async function notPlain({ column, shown, recorded }, row, at, truth) {
  const values = []
  for (let instant = at; instant >= truth.settled(at); instant -= 1) {
    const value = (await truth.plain(instant))(row.instance, column)
    if (isSame(value, shown)) return null
    if (value !== undefined) values.push(value)
  }
  if (isSame((await truth.left(row.instance, at))(RULES[column]), shown)) return null
  // Of n scrapes, one less makes a rate smaller by an nth.
  const slack = TOLERANCE + 1 / truth.between(row.instance, 'up', at - WINDOW, at).length
  if (shown >= (1 - slack) * Math.min(...values) && shown <= (1 + slack) * Math.max(...values)) return null
  const known = [recorded, values].map((it) => it.join(' and ') || 'nothing')
  return `${column} is ${shown}, the rules had ${known[0]}, without them it is ${known[1]}`
}

function isSame(a, b) {
  return a === b || Math.abs(a - b) <= ROUNDING * Math.abs(b)
}
