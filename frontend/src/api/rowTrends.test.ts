import { expect, test } from 'vitest'

import { cpuOf } from '@/api/rowTrends'

test('a name is a name and no pattern', () => {
  expect(cpuOf(['a.b:1', 'c'])).toContain(String.raw`instance:node_cpu_utilization:ratio{instance=~"a\\.b:1|c"} or 1 -`)
})
