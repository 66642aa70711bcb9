import { describe, expect, it } from 'vitest';
import { toClientError } from './errors.ts';
import { parseDateTime, parseDay } from './scalars.ts';
import { checkText } from './text-arguments.ts';

describe('DateTime', () => {
  it('takes a time in UTC, with or without a fraction of a second', () => {
    expect(parseDateTime('2026-03-02T09:14:05Z')).toEqual(new Date(Date.UTC(2026, 2, 2, 9, 14, 5)));
    expect(parseDateTime('2026-03-02T09:14:05.123456Z')).toEqual(new Date(Date.UTC(2026, 2, 2, 9, 14, 5, 123)));
    expect(parseDateTime('2024-02-29T23:59:59Z')).toEqual(new Date(Date.UTC(2024, 1, 29, 23, 59, 59)));
  });

  it('refuses other offsets, days that do not exist, and anything that is no time', () => {
    const wrong = [
      '2026-03-02T09:14:05+01:00',
      '2026-03-02T09:14:05',
      '2026-03-02',
      '2026-02-31T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-03-02T24:00:00Z',
      '2026-03-02T09:60:00Z',
      '2026-03-02T09:14:05z',
      '',
      1_772_442_845_000,
      null,
    ];
    for (const value of wrong)
      expect(
        codeOf(() => parseDateTime(value)),
        String(value),
      ).toBe('BAD_USER_INPUT');
  });
});

describe('Date', () => {
  it('takes a calendar day', () => expect(parseDay('2026-04-10')).toBe('2026-04-10'));

  it('refuses days that do not exist and anything with a time', () => {
    for (const value of ['2026-02-31', '2026-4-1', '2026-04-10T00:00:00Z', '', 20260410])
      expect(
        codeOf(() => parseDay(value)),
        String(value),
      ).toBe('BAD_USER_INPUT');
  });
});

describe('text in arguments', () => {
  it('passes with any character that can be stored', () => {
    expect(() => checkText({ input: { body: 'Grüße 👋🏽\n\t\u0001', tags: ['日本'] } })).not.toThrow();
  });

  it('is refused with a NUL or half a surrogate pair, wherever it stands', () => {
    const wrong = ['\0', { a: ['x', 'y\0'] }, { a: { b: '\ud83d' } }, ['\udc4b'], { '\0': 1 }];
    for (const value of wrong) expect(codeOf(() => checkText(value))).toBe('BAD_USER_INPUT');
  });
});

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return toClientError(error).extensions['code'];
  }
}
