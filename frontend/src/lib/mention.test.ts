import { expect, test } from 'vitest'

import { mention } from '@/lib/mention'

test('a name is found where it stands for itself', () => {
  expect(mention('/ on web-1:9100 is full', 'web-1:9100')).toEqual(['/ on ', ' is full'])
  expect(mention('web-1 is down', 'web-1')).toEqual(['', ' is down'])
  expect(mention('nobody answers on web-1.', 'web-1')).toEqual(['nobody answers on ', '.'])
  expect(mention('“web-1” is down', 'web-1')).toEqual(['“', '” is down'])
})

test('a longer name is another', () => {
  for (const text of [
    'web-10 is down',
    'web-1.fra1 is down',
    'old-web-1 is down',
    'eu.web-1 is down',
    'all is well',
    '',
  ]) {
    expect(mention(text, 'web-1'), text).toBeNull()
  }
  expect(mention('web-10 waits for web-1', 'web-1')).toEqual(['web-10 waits for ', ''])
  expect(mention('nothing is named', '')).toBeNull()
})
