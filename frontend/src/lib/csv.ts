// Rows as a file that spreadsheets read (RFC 4180). Missing is an empty field, not a zero.

export type Field = string | number | null

export function toCsv(header: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [header, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('')
}

function field(value: Field): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet would take it for a formula; a server names itself, so its name is not to be trusted.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
