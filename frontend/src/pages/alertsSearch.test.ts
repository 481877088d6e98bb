import { expect, test } from 'vitest'

import { parseAlertsSearch } from '@/pages/alertsSearch'

test('a state that is none is no filter', () => {
  expect(parseAlertsSearch({ state: 'loud', text: '' })).toEqual({ state: undefined, text: undefined })
  expect(parseAlertsSearch({ state: 'inactive', by: 'server' })).toEqual({ state: 'inactive', by: 'server' })
})
