// What the URL of the Explore page says: up to four queries, the range, the step, and table or graph.

export interface ExploreSearch {
  expr?: string | undefined
  expr2?: string | undefined
  expr3?: string | undefined
  expr4?: string | undefined
  range?: string | undefined
  from?: string | undefined
  to?: string | undefined
  /** Seconds; left out: as the range wants it. */
  step?: string | undefined
  /** `table`; left out: the graph. */
  tab?: string | undefined
}

export const EXPRESSIONS = ['expr', 'expr2', 'expr3', 'expr4'] as const

/** A URL's parameters are text, and the page makes sense of them: a wrong one is the default. */
export function parseExploreSearch(search: Record<string, unknown>): ExploreSearch {
  return search
}

/** The expressions of a URL, in order; at least an empty one to write in. */
export function expressionsOf(search: ExploreSearch): string[] {
  const given = EXPRESSIONS.map((name) => search[name] ?? '').filter((it) => it !== '')
  return given.length === 0 ? [''] : given
}

/** What a list of expressions is in a URL. */
export function expressionsIn(expressions: readonly string[]): ExploreSearch {
  const given = expressions.filter((it) => it.trim() !== '')
  return Object.fromEntries(EXPRESSIONS.map((name, index) => [name, given[index]]))
}

/** Whole seconds, or null for what is not: then the range decides. */
export function parseStep(text: string | undefined): number | null {
  const step = Number(text)
  return Number.isInteger(step) && step > 0 ? step : null
}
