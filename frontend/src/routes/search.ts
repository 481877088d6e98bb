// How the search part of a URL is read and written: plain words, so that a person can type and share it.

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(
    (it): it is [string, string | number] => typeof it[1] === 'string' || typeof it[1] === 'number',
  )
  if (given.length === 0) return ''
  // What filters are made of stays readable: cpu>0.9, status:down.
  const encode = (text: string | number) =>
    encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%3E', '>').replaceAll('%3C', '<')
  return `?${given.map(([key, value]) => (value === '' ? encode(key) : `${encode(key)}=${encode(value)}`)).join('&')}`
}
