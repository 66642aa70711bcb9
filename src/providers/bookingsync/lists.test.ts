import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { call } from './fixtures/scripted-bookingsync.ts';
import { byId, lists, pageIn, readAll, readByIds } from './lists.ts';
import type { Ask } from './session.ts';

const answer = (body: JsonObject, headers: Record<string, string> = {}) => ({ body, headers: new Headers(headers) });
const page = (body: JsonObject, headers: Record<string, string> = {}, number = 1) =>
  pageIn(lists.messages, number, answer({ messages: [], ...body }, headers));
const missing = () =>
  new ProviderError({ provider: 'bookingsync', operation: 'x', kind: 'not-found', message: 'answered 404' });

describe('a page', () => {
  it('says by its headers how many there are, or once more by what stands beside the list', () => {
    expect(page({}, { 'x-total-pages': '3' })).toMatchObject({ pages: 3, hasNext: true });
    expect(page({ meta: { 'X-Total-Pages': '3' } })).toMatchObject({ pages: 3, hasNext: true });
    expect(page({}, { 'x-total-pages': '3' }, 3)).toMatchObject({ pages: 3, hasNext: false });
    expect(page({})).toMatchObject({ pages: null, hasNext: false });
  });

  it('says by links that there is another one, and where they end', () => {
    const link =
      '<https://x.test/m?page=1>; rel="first", <https://x.test/m?a=b&page=2>; rel="next", <https://x.test/m?page=9>; rel="last"';
    expect(page({}, { link })).toMatchObject({ pages: 9, hasNext: true });
    const Link = { next: 'https://x.test/m?page=2', last: 'https://x.test/m?page=9' };
    expect(page({ meta: { Link } })).toMatchObject({ pages: 9, hasNext: true });
    expect(page({ meta: { Link: { prev: 'https://x.test/m?page=1' } } }, {}, 2)).toMatchObject({ hasNext: false });
  });

  it("tells the provider's clock, and what was deleted", () => {
    const headers = { 'x-updated-since-request-synced-at': '2018-03-23 19:00:41 UTC' };
    const read = page({ meta: { deleted_ids: [5, '6', null] } }, headers);
    expect(read).toMatchObject({ at: new Date('2018-03-23T19:00:41Z'), deleted: ['5', '6'] });
    const dated = page({}, { date: 'Fri, 23 Mar 2018 19:00:42 GMT' });
    expect(dated.at).toEqual(new Date('2018-03-23T19:00:42Z'));
  });

  it('that holds no list is no answer', () => {
    for (const body of [{}, { messages: null }, { messages: {} }, { conversations: [] }])
      expect(() => pageIn(lists.messages, 1, answer(body as JsonObject))).toThrow(ProviderError);
  });
});

describe('things by their ids', () => {
  /** Answers what is asked for of these ids. */
  const having = (ids: readonly number[], whole = false) => {
    const asked: string[] = [];
    const ask: Ask = async (_, { path, query }) => {
      const wanted = (path.split('/').at(-1) ?? '').split(',');
      asked.push(query?.page ? `${wanted.length} page ${query.page}` : String(wanted.length));
      const found = ids.filter((id) => wanted.includes(String(id)));
      if (found.length === 0 || (whole && found.length < wanted.length)) throw missing();
      const from = 50 * (Number(query?.page ?? 1) - 1);
      const pages = String(Math.ceil(found.length / 50));
      return answer({ rentals: found.slice(from, from + 50).map((id) => ({ id })) }, { 'x-total-pages': pages });
    };
    const read = async (wanted: readonly Json[]) => {
      const items = await readByIds(ask, lists.rentals, { ids: wanted.map(String) }, call);
      return items.map((item) => (item as { id: number }).id);
    };
    return { asked, read };
  };
  const many = Array.from({ length: 130 }, (_, index) => index + 1);

  it('are asked for once each, a hundred at a time, and page by page where an endpoint gives fewer', async () => {
    const { asked, read } = having(many);
    expect((await read([...many, 1, 2])).toSorted((a, b) => a - b)).toEqual(many);
    expect(asked.toSorted()).toEqual(['100', '100 page 2', '30']);
  });

  it('leave out what is not there, also where that spoils the whole answer', async () => {
    for (const whole of [false, true]) {
      const { read } = having([1, 3, 7], whole);
      expect((await read([1, 2, 3, 4, 7])).toSorted()).toEqual([1, 3, 7]);
      expect(await read([2])).toEqual([]);
    }
  });

  it('cost nothing where there are none', async () => {
    const { asked, read } = having([1]);
    expect([await read([]), asked]).toEqual([[], []]);
  });

  it('keep addresses short, whatever ids look like', async () => {
    const lengths: number[] = [];
    const ask: Ask = async (_, { path }) => {
      lengths.push(path.length);
      return answer({ rentals: [] });
    };
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(60, '0'));
    await readByIds(ask, lists.rentals, { ids }, call);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(2000);
  });
});

it('a whole list ends where it says so, or where there is nothing more', async () => {
  const asked: unknown[] = [];
  const ask: Ask = async (_, { query }) => {
    asked.push(query?.page);
    const items = Number(query?.page) < 3 ? [{ id: query?.page ?? 0 }] : [];
    return answer({ hosts: items }, { 'x-total-pages': '99' });
  };
  expect(await readAll(ask, lists.hosts, call)).toEqual([{ id: 1 }, { id: 2 }]);
  expect(asked).toEqual([1, 2, 3]);
});

it('ids are ordered as the provider counts them', () => {
  expect(['10', '9', '100', '1'].sort(byId)).toEqual(['1', '9', '10', '100']);
  expect(['b-2', 'a-1'].sort(byId)).toEqual(['a-1', 'b-2']);
});
