import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served.close());

const VIEWER = '{ viewer { tenant { id } } }';

/** A request as it comes, with nothing added. */
const send = (init: RequestInit, search = '') => fetch(served.url + search, init);

describe('what is too much is refused', () => {
  it('a body over 1 MB, whether it says so or not', async () => {
    served = await serve(db);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${served.token}` };
    const large = JSON.stringify({ query: `{ viewer { scopes } } # ${'x'.repeat(1_000_000)}` });
    expect((await send({ method: 'POST', headers, body: large })).status).toBe(413);
    const unsized = new Blob([large]).stream();
    const streamed = { method: 'POST', headers, body: unsized, duplex: 'half' } as RequestInit;
    expect((await send(streamed)).status).toBe(413);
  });

  it('a batch', async () => {
    served = await serve(db);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${served.token}` };
    const answer = await send({
      method: 'POST',
      headers,
      body: JSON.stringify([{ query: VIEWER }, { query: VIEWER }]),
    });
    expect(answer.status).toBe(400);
  });

  const nested = (levels: number) =>
    `{ conversation(id: "x") { ${'lastMessage { conversation { '.repeat(levels)} id ${'} }'.repeat(levels)} } }`;
  it.each([
    ['fields inside fields', nested(6)],
    ['types inside types', `{ __type(name: "Query") ${'{ ofType '.repeat(40)}{ name }${'}'.repeat(40)} }`],
    ['tokens', `{ ${'viewer { scopes } '.repeat(600)} }`],
    ['aliases', `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: eventCursor`).join(' ')} }`],
    [
      'aliases by fragments',
      `{ ...A ...B } fragment A on Query { ${Array.from({ length: 16 }, (_, i) => `a${i}: eventCursor`).join(' ')} } fragment B on Query { ${Array.from({ length: 16 }, (_, i) => `b${i}: eventCursor`).join(' ')} }`,
    ],
    ['fields that are named again', `{ ${'eventCursor '.repeat(32)} }`],
    ['fragments that are named again', `{ viewer { ${'...A '.repeat(32)} } } fragment A on Viewer { scopes }`],
    ['directives', `{ ${Array.from({ length: 21 }, (_, i) => `a${i}: eventCursor @include(if: true)`).join(' ')} }`],
    ['operations', Array.from({ length: 11 }, (_, i) => `query Q${i} { eventCursor }`).join(' ')],
    [
      'fields, hidden in fragments',
      `query { conversations { nodes { ...F0 } } } ${Array.from({ length: 9 }, (_, i) => `fragment F${i} on Conversation { a: lastMessage { conversation { ...F${i + 1} } } b: lastMessage { conversation { ...F${i + 1} } } c: lastMessage { conversation { ...F${i + 1} } } }`).join(' ')} fragment F9 on Conversation { id }`,
    ],
  ])('too many %s', async (_what, query) => {
    served = await serve(db);
    const answer = await served.post(query, query.startsWith('query Q0') ? { operationName: 'Q0' } : {});
    expect(answer.status).toBe(400);
    const { errors, data } = (await answer.json()) as {
      errors: { message: string; extensions: object }[];
      data?: unknown;
    };
    expect(data).toBeUndefined();
    expect(errors.length).toBeLessThanOrEqual(5);
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(errors[0]?.message).toMatch(/too large|tokens/);
  });

  it('but never the introspection of the whole schema', async () => {
    served = await serve(db);
    const { getIntrospectionQuery } = await import('graphql');
    const answer = await served.post(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }));
    expect(await answer.json()).toMatchObject({
      data: { __schema: { queryType: { name: 'Query' } } },
      extensions: { cost: { requested: 5_001 } },
    });
  });

  it('nor a few types; but not all of it again and again', async () => {
    served = await serve(db);
    const fragments = 'fragment Q on Query { b: __type(name: "Viewer") { name } }';
    const few = await served.post(`{ a: __type(name: "Query") { name } ...Q } ${fragments}`);
    expect(await few.json()).toMatchObject({
      data: { b: { name: 'Viewer' } },
      extensions: { cost: { requested: 10_002 } },
    });
    const again = Array.from({ length: 4 }, (_, n) => `s${n}: __schema { types { name } }`).join(' ');
    const answer = await served.post(`{ ${again} }`);
    expect(await answer.json()).toMatchObject({
      errors: [{ message: expect.stringMatching('introspections 4, allowed 3') }],
    });
  });
});

describe('errors', () => {
  it('are at most five, and give no hint at what the schema holds', async () => {
    served = await serve(db);
    const answer = await served.post(
      '{ viewr { id } eventCurso conversation(idd: "x") { i } node(id: "x") { idd } a b c }',
    );
    const text = await answer.text();
    expect(JSON.parse(text).errors.length).toBe(5);
    expect(text).not.toMatch(/did you mean/i);
  });

  it('of our own are masked', async () => {
    served = await serve(db);
    const { query } = db.pool;
    // Once the caller is known for a while, and once when not even that can be looked up.
    for (const wait of [0, 5_000]) {
      await served.post(VIEWER);
      db.pool.query = (() => Promise.reject(new Error('password=hunter2'))) as unknown as typeof query;
      served.clock.advance(wait);
      const text = await (await served.post('{ eventCursor }')).text();
      db.pool.query = query;
      expect(text).toContain('INTERNAL_SERVER_ERROR');
      expect(text).not.toContain('hunter2');
    }
  });

  it('in variables are told on the first use of a document and on later ones alike', async () => {
    served = await serve(db);
    const query = 'query($after: EventCursor, $first: Int) { events(after: $after, first: $first) { hasMore } }';
    const texts = [];
    for (let i = 0; i < 4; i += 1) {
      const answer = await served.post(query, { variables: { after: 'broken', first: 'x' } });
      expect(answer.status).toBe(400);
      texts.push(await answer.text());
    }
    expect(new Set(texts).size).toBe(1);
  });
});
