import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentText } from './moment.ts';

describe('a moment as text', () => {
  it('is what toISOString writes, for any moment there is', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (moment) => {
        expect(momentText(moment)).toBe(moment.toISOString());
      }),
    );
  });

  it('is right on both sides of a midnight', () => {
    for (const text of ['2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.000Z', '1969-12-31T23:59:59.001Z'])
      expect(momentText(new Date(text))).toBe(text);
  });

  it('refuses what is no moment', () => {
    expect(() => momentText(new Date(Number.NaN))).toThrow(RangeError);
  });
});
