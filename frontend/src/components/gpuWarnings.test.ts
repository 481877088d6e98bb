import { expect, test } from 'vitest'

import type { GpuWarning } from '@/api/queries'
import { warningWords } from '@/components/gpuWarnings'

function warning(kind: GpuWarning['kind'], gpu: string | null, value: number | null = null): GpuWarning {
  return { kind, gpu, value, since: null, meaning: null }
}

test('what several GPUs have is counted, and what else there is follows', () => {
  expect(warningWords([])).toBeNull()
  expect(warningWords([warning('thermal', '0')])).toEqual({ worst: 'hot', others: 0 })
  expect(warningWords([warning('thermal', '0'), warning('thermal', '1')])).toEqual({ worst: '2× hot', others: 0 })
  const several = [warning('xid', '0', 79), warning('xid', '1', 31), warning('thermal', '1')]
  expect(warningWords(several)).toEqual({ worst: 'XID 79', others: 2 })
})

test('one warning may be of several GPUs that nobody ever saw', () => {
  expect(warningWords([warning('lost', null, 3)])).toEqual({ worst: '3× lost', others: 0 })
})
