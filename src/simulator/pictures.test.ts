import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { matchesType } from './media.ts';
import { pictureOf, pictureOfSize } from './pictures.ts';

describe('pictures', () => {
  it('are genuine PNGs of the size that was asked for', () => {
    const picture = Buffer.from(pictureOf({ width: 12, height: 9, colour: [1, 2, 3] }));
    expect(matchesType(picture, 'image/png')).toBe(true);
    expect(matchesType(picture, 'image/jpeg')).toBe(false);
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([12, 9]);
    const length = picture.readUInt32BE(33);
    expect(inflateSync(picture.subarray(41, 41 + length))).toHaveLength((12 * 3 + 1) * 9);
  });

  it('can be grown to exactly so many bytes, and not below what they need', () => {
    expect(pictureOfSize(2_000_000)).toHaveLength(2_000_000);
    expect(() => pictureOfSize(10)).toThrow(RangeError);
  });
});
