import { expect, test } from 'vitest'

import { parsePreferences } from '@/ui/preferences'

const DEFAULTS = { timeZone: null, bytes: 'binary', traffic: 'bytes' }

test('what was chosen is read back', () => {
  const chosen = { timeZone: 'Asia/Tokyo', bytes: 'decimal', traffic: 'bits' } as const
  expect(parsePreferences(JSON.stringify(chosen))).toEqual(chosen)
})

test.each([null, '', '{', 'null', '7', '{"timeZone":7,"bytes":"octal","traffic":[]}'])('%s is the default', (text) => {
  expect(parsePreferences(text)).toEqual(DEFAULTS)
})
