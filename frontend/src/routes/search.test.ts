import { expect, test } from 'vitest'

import { parseSearch, stringifySearch } from '@/routes/search'

test('what is written is read back', () => {
  const search = { filter: 'status:down cpu>0.9 a&b=c+d', sort: '-cpu', kiosk: '' }
  expect(stringifySearch(search)).toBe('?filter=status:down%20cpu>0.9%20a%26b%3Dc%2Bd&sort=-cpu&kiosk')
  expect(parseSearch(stringifySearch(search))).toEqual(search)
})

test('what is not given is not written', () => {
  expect(stringifySearch({ filter: undefined })).toBe('')
})
