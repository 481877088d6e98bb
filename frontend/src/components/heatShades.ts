// The shades of a heat map or strip, from nothing to full, as tokens.
import type { Scale } from '@/lib/heatGrid'

export const SHADES = [
  'heat-0',
  'heat-1',
  'heat-2',
  'heat-3',
  'heat-4',
  'heat-5',
  'heat-6',
  'heat-7',
  'heat-8',
  'heat-9',
] as const

/** The last two tenths warn, as a bar does. */
const JUDGED_SHADES = [...SHADES.slice(0, 8), 'heat-warn', 'heat-bad'] as const

export type Shade = (typeof SHADES)[number] | 'heat-warn' | 'heat-bad'

export function shadesOf({ judged }: Pick<Scale, 'judged'>): readonly Shade[] {
  return judged ? JUDGED_SHADES : SHADES
}
