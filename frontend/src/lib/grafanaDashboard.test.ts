import { expect, test } from 'vitest'

import { grafanaDashboard } from '@/lib/grafanaDashboard'

test('a link to a dashboard carries its variables and the range', () => {
  const to = { dashboard: 'sightline-server', variables: { job: 'node', instance: '[::1]:9100' } } as const
  const link = new URL(grafanaDashboard('https://g/sub/', { ...to, range: { kind: 'fixed', start: 10, end: 20 } }))
  expect(link.pathname).toBe('/sub/d/sightline-server')
  expect(Object.fromEntries(link.searchParams)).toEqual({
    'var-job': 'node',
    'var-instance': '[::1]:9100',
    from: '10000',
    to: '20000',
  })
  expect(grafanaDashboard('https://g/', { dashboard: 'sightline-gpu' })).toBe('https://g/d/sightline-gpu')
})
