// The shades of a heat map or strip, from nothing to full, as tokens.

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
