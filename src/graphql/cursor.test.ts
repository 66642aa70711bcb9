import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEventCursor, encodeEventCursor } from './cursor.ts';

describe('an event cursor', () => {
  it('comes back as the place it was made of, however large its number', () => {
    for (const seq of [0n, 1n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n]) {
      const position = { epoch: 'aB-_9xYz', seq };
      expect(decodeEventCursor(encodeEventCursor(position))).toEqual(position);
    }
  });

  it('is told apart from any text that is none of ours', () => {
    const cursor = encodeEventCursor({ epoch: 'aBc', seq: 17n });
    for (const text of ['', cursor.slice(1), `${cursor}A`, `${cursor}=`, cursor.toUpperCase(), 'aBc.17'])
      expect(decodeEventCursor(text)).toBeNull();
  });

  it('has one text for each place, so that texts can be compared', () => {
    for (const text of ['a.01', 'a.-1', 'a.+1', 'a. 1', '.1', 'a.', 'a.1.2'])
      expect(decodeEventCursor(Buffer.from(text).toString('base64url'))).toBeNull();
  });

  it('never fails, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeEventCursor(Buffer.from(bytes).toString('base64url'))).toBeNull();
      }),
    );
  });
});
