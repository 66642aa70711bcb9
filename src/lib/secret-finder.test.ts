import { describe, expect, it } from 'vitest';
import { createSecretFinder } from './secret-finder.ts';

describe('a text that secrets are taken out of', () => {
  it.each([
    ['at its ends and between', ['s3cret'], 's3crets3cret a s3cret', '[redacted][redacted] a [redacted]'],
    ['one that begins like another', ['s3cret', 's3cret-longer'], 'a s3cret-longer b', 'a [redacted] b'],
    ['one that begins within another', ['abcdefgh', 'efghijkl'], 'x abcdefghijkl y', 'x [redacted] y'],
    ['one that stands within another', ['abcdefghijkl', 'efghij'], 'x abcdefghijkl y', 'x [redacted] y'],
    ['as it stands in a URL', ['a b&c/d'], '?q=a%20b%26c%2Fd&', '?q=[redacted]&'],
    ['with a half of a pair of surrogates', ['\ud800secret'], 'x \ud800secret y', 'x [redacted] y'],
    ['only whole ones', ['s3cret-one'], 's3cret-tw s3cret', 's3cret-tw s3cret'],
    ['none that is too short', ['', 'a', 'ab cd'], 'a cat, ab cd', 'a cat, ab cd'],
  ])('is without them: %s', (_what, secrets, text, cleared) => {
    expect(createSecretFinder(secrets).clear(text)).toBe(cleared);
  });

  it('keeps those that were removed as often as they were added', () => {
    const finder = createSecretFinder(['s3cret', 's3cret']);
    finder.remove('s3cret');
    expect([finder.has('s3cret'), finder.clear('s3cret')]).toEqual([true, '[redacted]']);
    finder.remove('s3cret');
    finder.remove('s3cret');
    expect([finder.has('s3cret'), finder.clear('s3cret')]).toEqual([false, 's3cret']);
    finder.add('s3cret');
    expect(finder.clear('s3cret')).toBe('[redacted]');
  });
});
