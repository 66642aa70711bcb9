import { describe, expect, it } from 'vitest';
import { check, type Entry, nothingWrong, type Place } from './history.ts';

const put = (key: string, type: Entry['type'] = 'ok'): Entry => ({ t: 0, proc: 'driver', op: 'put', type, key });
const take = (key: string, value?: Place, proc = 'guest'): Entry => ({
  ...{ t: 0, proc, op: 'take', type: 'ok', key },
  ...(value && { value }),
});
const guest = (...history: readonly Entry[]) => check(history, ['guest']);

describe('the checker of histories', () => {
  it('finds nothing where everything promised was seen once, in order', () => {
    const history = [put('a'), put('b'), take('a', { within: 'x', rank: 1 }), take('b', { within: 'x', rank: 2 })];
    expect(guest(...history)).toEqual(nothingWrong);
  });

  it('finds what was promised and is not there, for each who should have seen it', () => {
    expect(guest(put('a'), put('b'), take('b')).lost).toEqual(['guest: a']);
    expect(check([put('a'), take('a')], ['guest', 'feed']).lost).toEqual(['feed: a']);
  });

  it('takes what nobody knows about as it comes, but not twice', () => {
    expect(guest(put('a', 'info'))).toEqual(nothingWrong);
    expect(guest(put('a', 'info'), take('a'))).toEqual(nothingWrong);
    expect(guest(put('a', 'info'), take('a'), take('a')).doubled).toEqual(['guest: a']);
  });

  it('holds a promise against a copy of it that was refused or not answered', () => {
    expect(guest(put('a', 'invoke'), put('a', 'ok'), put('a', 'info')).lost).toEqual(['guest: a']);
  });

  it('finds what is there twice, what nobody asked for, and what was refused', () => {
    expect(guest(put('a'), take('a'), take('a')).doubled).toEqual(['guest: a']);
    expect(guest(take('a')).unexpected).toEqual(['guest: a']);
    expect(guest(put('a', 'fail'), take('a')).unexpected).toEqual(['guest: a']);
  });

  it('finds what overtook, within each conversation alone', () => {
    const places = [
      { within: 'x', rank: 2 },
      { within: 'y', rank: 1 },
      { within: 'x', rank: 1 },
    ];
    const history = places.flatMap((place, i) => [put(String(i)), take(String(i), place)]);
    expect(guest(...history).disordered).toEqual(['guest: 2']);
  });

  it('finds holes in numbers, and numbers given twice', () => {
    const numbered = (...seqs: readonly number[]) =>
      guest(...seqs.flatMap((seq, i) => [put(String(i)), take(String(i), { seq })])).gaps;
    expect(numbered(5, 6, 7)).toEqual([]);
    expect(numbered(5, 7, 8)).toEqual(['guest: 1']);
    expect(numbered(5, 5)).toEqual(['guest: 1']);
  });
});
