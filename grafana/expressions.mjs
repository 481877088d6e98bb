// Every PromQL expression of a dashboard, and how Grafana fills in its variables.

/** Panels' and variables' expressions, each with the words that tell where it is. */
export function expressionsOf(dashboard) {
  const ofPanels = dashboard.panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr }) => ({ where: `${dashboard.title}: ${panel.title}`, expr })),
  )
  const ofVariables = dashboard.templating.list
    .filter((variable) => variable.type === 'query')
    .map(({ name, query }) => ({ where: `${dashboard.title}: variable ${name}`, expr: selectorOf(query.query) }))
  return [...ofPanels, ...ofVariables]
}

/** The selector inside `label_values(selector, label)`. */
function selectorOf(query) {
  const match = /^label_values\((.*), *\w+\)$/.exec(query)
  if (!match) throw new Error(`a variable asks \`${query}\`, which is no label_values(selector, label)`)
  return match[1]
}

/** What Grafana sends: variables replaced, and its own intervals as they are at a refresh of 5 s. */
export function filledIn(expr, variables) {
  return expr.replaceAll('$__rate_interval', '20s').replace(/\$\{?([a-z]\w*)\}?/g, (_, name) => {
    if (!(name in variables)) throw new Error(`no value for $${name}`)
    return variables[name]
  })
}
