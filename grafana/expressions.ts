// Every PromQL expression of a dashboard, and how Grafana fills in its variables.

import type { Dashboard, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

/** An expression and the words that tell where it is. */
export type Placed = { where: string; expr: string }

/** Panels' and variables' expressions. */
export function expressionsOf(dashboard: Dashboard): Placed[] {
  const ofPanels = (dashboard.panels ?? []).flatMap((panel) =>
    queriesOf(panel).map(({ expr }) => ({ where: `${dashboard.title}: ${panel.title}`, expr })),
  )
  const ofVariables = (dashboard.templating?.list ?? [])
    .filter((variable) => variable.type === 'query')
    .map(({ name, query }) => ({ where: `${dashboard.title}: variable ${name}`, expr: selectorOf(query) }))
  return [...ofPanels, ...ofVariables]
}

/** A panel's queries; a row has none. */
export function queriesOf(panel: NonNullable<Dashboard['panels']>[number] | RowPanel): Dataquery[] {
  return 'targets' in panel ? ((panel.targets ?? []) as Dataquery[]) : []
}

/** The selector inside `label_values(selector, label)`. */
function selectorOf(asked: unknown): string {
  const { query } = asked as { query: string }
  const [, selector] = /^label_values\((.*), *\w+\)$/.exec(query) ?? []
  if (selector === undefined) throw new Error(`a variable asks \`${query}\`, which is no label_values(selector, label)`)
  return selector
}

/** What Grafana sends: variables replaced, and its own intervals as they are at a refresh of 5 s. */
export function filledIn(expr: string, variables: Record<string, string>): string {
  return expr.replaceAll('$__rate_interval', '20s').replace(/\$\{?([a-z]\w*)\}?/g, (_, name: string) => {
    const value = variables[name]
    if (value === undefined) throw new Error(`no value for $${name}`)
    return value
  })
}
