import { expect, test } from 'vitest'

import { apply, complete } from '@/lib/completion'

const vocabulary = {
  columns: ['cpu', 'memory'],
  labels: new Map([
    ['role', ['db', 'web', 'two words']],
    ['rack', ['r1', 'r2']],
  ]),
}
const texts = (text: string, caret = text.length) => complete(text, caret, vocabulary).map((it) => it.text)

test.each([
  ['c', ['cpu>', 'rack=']],
  ['r', ['role=', 'rack=', 'memory>']],
  ['web st', ['status=']],
  ['status=', ['status=up', 'status=stale', 'status=down']],
  ['state:d', ['state:down']],
  ['!role=', ['role=db', 'role=web']],
  ['role=web', []],
  ['colour=', []],
])('%s leads to %j', (text, expected) => {
  expect(texts(text)).toEqual(expected)
})

test('the word at the caret is completed, not the last', () => {
  expect(texts('ro cpu>1', 2)).toEqual(['role='])
  const [role] = complete('ro cpu>1', 2, vocabulary)
  expect(role && apply('ro cpu>1', role)).toEqual({ text: 'role= cpu>1', caret: 5 })
})

test('after a value comes the next term', () => {
  const [web] = complete('!role=w', 7, vocabulary)
  expect(web && apply('!role=w', web)).toEqual({ text: '!role=web ', caret: 10 })
})
