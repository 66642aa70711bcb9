import { describe, expect, it } from 'vitest';
import { boundaryUuid, nameUuid, placeIn, readNumber, readPlace, timeUuid } from './uuids.ts';

const at = new Date('2026-03-14T09:26:53.589Z');

describe('ids dressed as UUIDs', () => {
  it('hold their time to the millisecond, as an official sample does', () => {
    expect(readPlace('f02f8c50-1f87-11f1-94f2-6513269e0d37')?.time).toBe(at.getTime());
    expect(readPlace(timeUuid('message', at, 12))).toEqual(placeIn(at, 12));
  });

  it('are read back as the number they were made of', () => {
    expect(readNumber('message', timeUuid('message', at, 123_456))).toBe(123_456);
    expect(readNumber('guest', nameUuid('guest', 7))).toBe(7);
    expect(readNumber('guest', 'no uuid')).toBeNull();
  });

  it('are of the version that they claim', () => {
    expect(timeUuid('message', at, 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(nameUuid('guest', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('cut pages at a place in time', () => {
    const place = { time: at.getTime(), id: 4_999 };
    expect(readPlace(boundaryUuid(place))).toEqual(place);
    expect(boundaryUuid(place)).toMatch(/-8080-808080808080$/);
  });
});
