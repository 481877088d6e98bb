// Pages by keyboard alone.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('the palette leads to a server', async () => {
  const { page } = await visit('/')
  await page.getByRole('table', { name: 'Servers' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Name of a server or page' }).waitFor()
  await page.keyboard.type('gpu-1')
  const results = page.getByRole('listbox', { name: 'Results' }).getByRole('option')
  await expect.poll(() => results.allInnerTexts()).toEqual([expect.stringMatching(/^gpu-1\b/)])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'gpu-1', level: 1 }).waitFor()
})

test('slash filters, arrows go through rows, Enter opens, j goes to the next server', async () => {
  const { page } = await visit('/?sort=name&filter=role:db')
  await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  await page.keyboard.press('/')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Filter servers')
  await page.getByRole('link', { name: 'broken-1' }).first().focus()
  await page.keyboard.press('ArrowDown')
  const name = await page.evaluate(() => document.activeElement?.textContent)
  expect(name).not.toBe('broken-1')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: name ?? '', level: 1 }).waitFor()
  // The list that j goes along arrives after the page, and a key pressed before it does nothing.
  const afterJ = async () => {
    await page.keyboard.press('j')
    return page.getByRole('heading', { level: 1 }).innerText()
  }
  await expect.poll(afterJ).not.toBe(name)
})

test('arrow keys move on the fleet map, and Enter opens', async () => {
  const { page } = await visit('/')
  const map = page.getByRole('application', { name: 'Fleet map' })
  await map.focus()
  await page.keyboard.press('ArrowRight')
  const words = await map.getByRole('status').innerText()
  expect(words).toMatch(/^\S+: CPU \d/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: words.split(':')[0] ?? '', level: 1 }).waitFor()
})

test('a question mark lists every key, and is a letter where somebody types', async () => {
  const { page } = await visit('/')
  await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard' })
  await help.getByText('Next and previous server').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => help.count()).toBe(0)
  await page.keyboard.press('/')
  await page.keyboard.type('?')
  expect(await help.count()).toBe(0)
  expect(await page.getByRole('combobox', { name: 'Filter servers' }).inputValue()).toBe('?')
})

test('End leads to the last of ten thousand rows, Home back to the first', async () => {
  const { page } = await visit('/?sort=name', { scenario: 'fleet10000' })
  const table = page.getByRole('table', { name: 'Servers' })
  await table.getByRole('link').first().focus()
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest('[aria-rowindex]')?.getAttribute('aria-rowindex'))
  await page.keyboard.press('End')
  await expect.poll(focused).toBe('10001')
  await page.keyboard.press('ArrowUp')
  await expect.poll(focused).toBe('10000')
  await page.keyboard.press('Home')
  await expect.poll(focused).toBe('2')
})

test('brackets make the range of a server shorter and longer, k goes back', async () => {
  const { page } = await visit('/servers/gap-1:9100')
  const range = page.getByRole('group', { name: 'Range' })
  await range.getByRole('button', { name: '15 min', pressed: true }).waitFor()
  await page.keyboard.press(']')
  await range.getByRole('button', { name: '1 h', exact: true, pressed: true }).waitFor()
  await page.keyboard.press('[')
  await page.keyboard.press('[')
  await range.getByRole('button', { name: '5 min', exact: true, pressed: true }).waitFor()
  // The shortest stays.
  await page.keyboard.press('[')
  expect(page.url()).toContain('range=5m')
  await page.getByRole('link', { name: 'Previous' }).waitFor()
  await page.keyboard.press('k')
  await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).not.toBe('gap-1')
})
