// The GPUs page in a real browser.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('one row per GPU over all servers', async () => {
  const { page } = await visit('/gpus?filter=gpu-1')
  const table = page.getByRole('table', { name: 'GPUs of gpu-1' })
  await table.getByRole('row').nth(8).waitFor()
  expect(await table.getByRole('row').count()).toBe(9)
})
