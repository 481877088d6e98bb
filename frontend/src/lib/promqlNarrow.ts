// Narrows a PromQL expression to one server: a matcher is added to each of its selectors.

/** Words that are no metric although no bracket follows them. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'start', 'end', 'inf', 'nan'])
/** Words whose brackets hold names of labels. */
const GROUPINGS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])

/** What the text is made of: strings, braces, brackets of a window, names, and all else letter by letter. */
const TOKENS =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\{(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^}])*\}|\[[^\]]*\]|[a-zA-Z_:][\w:]*|\d[\w.]*|\s+|[^]/g

/** `rate(x{a="b"}[5m]) / y` with `instance="c"` becomes `rate(x{instance="c",a="b"}[5m]) / y{instance="c"}`. */
export function narrow(expression: string, labels: Record<string, string>): string {
  const matchers = Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
  if (matchers === '') return expression
  const tokens = [...expression.matchAll(TOKENS)].map((it) => it[0])
  const solid = (from: number) => tokens.slice(from).find((it) => it.trim() !== '') ?? ''
  let text = ''
  let labelsUntil = -1
  tokens.forEach((token, index) => {
    if (GROUPINGS.has(token.toLowerCase()) && solid(index + 1) === '(') labelsUntil = tokens.indexOf(')', index)
    if (token.startsWith('{')) text += `{${matchers}${token === '{}' ? '' : ','}${token.slice(1)}`
    else if (index > labelsUntil && isMetric(token, solid(index + 1))) text += `${token}{${matchers}}`
    else text += token
  })
  return text
}

/** A name that is neither a word of the language nor a function; one with braces of its own gets the matcher there. */
function isMetric(token: string, next: string): boolean {
  const word = token.toLowerCase()
  if (!/^[a-z_:]/.test(word) || KEYWORDS.has(word) || GROUPINGS.has(word)) return false
  return next !== '(' && !next.startsWith('{') && !/^(?:by|without)$/i.test(next)
}
