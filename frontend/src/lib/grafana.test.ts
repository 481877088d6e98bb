import { expect, test } from 'vitest'

import { grafanaExplore } from '@/lib/grafana'

test('a link carries the expression and the range', () => {
  const link = new URL(grafanaExplore('https://grafana.example.com/', 'up{a="b"}', { kind: 'rolling', id: '1h' }))
  expect(link.pathname).toBe('/explore')
  expect(JSON.parse(link.searchParams.get('panes') ?? '')).toEqual({
    sightline: {
      datasource: 'sightline',
      queries: [{ refId: 'A', expr: 'up{a="b"}', datasource: { type: 'prometheus', uid: 'sightline' } }],
      range: { from: 'now-3600s', to: 'now' },
    },
  })
  expect(grafanaExplore('https://g/', 'up', { kind: 'fixed', start: 10, end: 20 })).toContain('10000')
})
