import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toClientError } from './errors.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';

const id = `cnv_${'0123456789abcdef'.repeat(2)}`;
const place = { at: new Date('2026-03-02T09:14:05.123Z'), id };

describe('a page cursor', () => {
  it('comes back as the place it was made of, to the millisecond', () => {
    const times = fc.date({ noInvalidDate: true });
    fc.assert(
      fc.property(times, (at) => {
        expect(decodePageCursor('conversations', encodePageCursor('conversations', { at, id }))).toEqual({ at, id });
      }),
    );
  });

  it('is refused by another list, another conversation’s messages among them', () => {
    const cursor = encodePageCursor('messages:cnv_1', place);
    for (const other of ['conversations', 'messages:cnv_2'])
      expect(codeOf(() => decodePageCursor(other, cursor))).toBe('BAD_USER_INPUT');
  });

  it('is refused when a character of it was changed, added or lost', () => {
    const cursor = encodePageCursor('conversations', place);
    const broken = ['', 'x', cursor.slice(1), `${cursor}A`, `${cursor}=`, cursor.toLowerCase(), `${cursor} `, 'é'];
    for (const text of broken) expect(codeOf(() => decodePageCursor('conversations', text))).toBe('BAD_USER_INPUT');
  });

  it('never fails otherwise than by BAD_USER_INPUT, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(codeOf(() => decodePageCursor('conversations', text))).toBe('BAD_USER_INPUT');
        const wrapped = Buffer.from(`1 conversations ${text}`).toString('base64url');
        expect(codeOf(() => decodePageCursor('conversations', wrapped))).toBe('BAD_USER_INPUT');
      }),
    );
  });
});

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return toClientError(error).extensions['code'];
  }
}
