import { expect, test } from 'vitest'

import type { Alert } from '@/api/queries'
import { matchesAlert } from '@/pages/matchesAlert'

const alert: Alert = {
  name: 'InstanceDown',
  state: 'firing',
  severity: 'critical',
  server: 'web-1:9100',
  labels: { rack: 'r12' },
  annotations: { summary: 'It does not answer.' },
  value: 0,
  since: null,
  expression: 'up == 0',
}

test('all words must be found, anywhere in what is known of the alert', () => {
  expect(matchesAlert(alert, { text: 'DOWN rack=r12 answer' })).toBe(true)
  expect(matchesAlert(alert, { text: 'down r13' })).toBe(false)
})

test('the state narrows, too', () => {
  expect(matchesAlert(alert, { state: 'firing' })).toBe(true)
  expect(matchesAlert(alert, { state: 'pending' })).toBe(false)
})
