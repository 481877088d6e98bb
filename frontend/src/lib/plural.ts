// A number with its noun: 1 server, 2 servers, 10,000 servers.
import { formatWhole } from '@/lib/units'

/** `noun` in the singular; its plural takes an s. */
export function count(number: number, noun: string): string {
  return `${formatWhole(number)} ${plural(number, noun)}`
}

export function plural(number: number, noun: string): string {
  return Math.round(number) === 1 ? noun : `${noun}s`
}
