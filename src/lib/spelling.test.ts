import { expect, it } from 'vitest';
import { nearestWord } from './spelling.ts';

it.each([
  ['colr', 'color'],
  ['colour', 'color'],
  ['size', 'size'],
  ['sizes', 'size'],
  ['', 'size'],
])('takes %j for %s', (word, meant) => {
  expect(nearestWord(word, ['color', 'size', 'weight'])).toBe(meant);
});

it('suggests nothing where nothing is known', () => {
  expect(nearestWord('size', [])).toBeUndefined();
});
