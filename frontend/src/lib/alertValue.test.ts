import { expect, test } from 'vitest'

import { alertWords } from '@/lib/alertValue'

const alert = { labels: {}, annotations: {} }

test('a value and its threshold are in the unit of what is measured', () => {
  const full = { ...alert, expression: 'a:used:ratio > 0.95', value: 0.972 }
  expect(alertWords(full)).toEqual({ value: '97.2%', threshold: 'over 95.0%' })
  const soon = { ...alert, expression: 'predict_linear(avail_bytes[6h], 86400) < 0', value: -4903908944 }
  expect(alertWords(soon)).toEqual({ value: '-4.57\u00a0GiB', threshold: 'under 0\u00a0B' })
})

test('a rule may name its unit', () => {
  const hot = { ...alert, expression: 'x / 10 >= 80', value: 93, annotations: { unit: 'celsius' } }
  expect(alertWords(hot)).toEqual({ value: '93\u00a0°C', threshold: 'at least 80\u00a0°C' })
})

test('where the number alone says nothing, nothing is said', () => {
  expect(alertWords({ ...alert, expression: 'up == 0', value: 0 })).toEqual({ value: null, threshold: null })
})
