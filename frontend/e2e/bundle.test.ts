// What the first page loads, as it is served: compressed, and no more than the budget.
import { readFile, stat } from 'node:fs/promises'

import { expect, test } from 'vitest'

interface Chunk {
  file: string
  imports?: string[]
  dynamicImports?: string[]
}

const BUDGET_BYTES = 120_000
const DIST = new URL('../dist/', import.meta.url)

async function manifest(): Promise<Record<string, Chunk>> {
  return JSON.parse(await readFile(new URL('.vite/manifest.json', DIST), 'utf8')) as Record<string, Chunk>
}

/** A chunk and everything that it needs before it runs. */
function closure(chunks: Record<string, Chunk>, names: string[]): Set<string> {
  const files = new Set<string>()
  const visit = (name: string) => {
    const chunk = chunks[name]
    if (!chunk || files.has(chunk.file)) return
    files.add(chunk.file)
    chunk.imports?.forEach(visit)
  }
  names.forEach(visit)
  return files
}

async function compressedSize(file: string): Promise<number> {
  const compressed = await stat(new URL(`${file}.gz`, DIST)).catch(() => stat(new URL(file, DIST)))
  return compressed.size
}

/** The scripts that the browser asks for as soon as it has the page itself; the fleet page is among them. */
async function firstScripts(): Promise<string[]> {
  const html = await readFile(new URL('index.html', DIST), 'utf8')
  return [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((it) => it[1] ?? '')
}

test('the script of the first page stays within its budget', async () => {
  const files = await firstScripts()
  const sizes = await Promise.all(files.map(compressedSize))
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(BUDGET_BYTES)
})

test('the browser is told at once of all that the first page cannot start without', async () => {
  const needed = closure(await manifest(), ['index.html', 'src/pages/FleetPage.tsx'])
  expect((await firstScripts()).toSorted()).toEqual([...needed].toSorted())
})

test('the first page does not load the chart library', async () => {
  const chunks = await manifest()
  const files = await firstScripts()
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, DIST), 'utf8')))
  expect(texts.some((it) => it.includes('uplot'))).toBe(false)
  const server = closure(chunks, ['src/pages/ServerPage.tsx'])
  const serverTexts = await Promise.all([...server].map((file) => readFile(new URL(file, DIST), 'utf8')))
  expect(serverTexts.some((it) => it.includes('uplot'))).toBe(true)
})

test('the page has no inline script, style or event handler, so that a strict policy lets it run', async () => {
  const html = await readFile(new URL('index.html', DIST), 'utf8')
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/)
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/)
})
