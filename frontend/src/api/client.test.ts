import { afterEach, describe, expect, test, vi } from 'vitest'

import { get, GatewayError, resource } from '@/api/client'

afterEach(() => {
  vi.unstubAllGlobals()
})

function answerWith(status: number, text: string) {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(text, { status })))
}

describe('resource', () => {
  test('fills the path and encodes what it fills in', () => {
    expect(resource('/api/v1/servers/{id}', { path: { id: 'node/web 1:9100' } })).toBe(
      '/api/v1/servers/node%2Fweb%201%3A9100',
    )
  })
  test('leaves out what is undefined, keeps zero', () => {
    expect(resource('/api/v1/servers', { query: { filter: undefined, sort: '-cpu', offset: 0 } })).toBe(
      '/api/v1/servers?sort=-cpu&offset=0',
    )
  })
})

describe('get', () => {
  const overview = resource('/api/v1/overview')

  test("the gateway's own words become the error", async () => {
    answerWith(404, '{"error":"there is no panel `x`","code":"not_found","parameter":"panel"}')
    await expect(get(overview)).rejects.toMatchObject({
      message: 'there is no panel `x`',
      code: 'not_found',
      parameter: 'panel',
    })
  })
  test('a 503 with a body that is no error is an answer, as health gives it', async () => {
    answerWith(503, '{"status":"unavailable"}')
    await expect(get(resource('/api/health'))).resolves.toEqual({ status: 'unavailable' })
  })
  test('HTML of a proxy in between is named as such', async () => {
    answerWith(502, '<html>Bad Gateway</html>')
    await expect(get(overview)).rejects.toMatchObject({ code: 'malformed' })
  })
  test('JSON of something else that failed is no answer', async () => {
    answerWith(500, '{"message":"oops"}')
    await expect(get(overview)).rejects.toMatchObject({ code: 'malformed' })
  })
  test('no answer at all', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(get(overview)).rejects.toBeInstanceOf(GatewayError)
    await expect(get(overview)).rejects.toMatchObject({ code: 'unreachable' })
  })
  test('who aborts gets the abort, not an error of the gateway', async () => {
    vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => {
      signal?.throwIfAborted()
      return Promise.resolve(new Response('{}'))
    })
    await expect(get(overview, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})
