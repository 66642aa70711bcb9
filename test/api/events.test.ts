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

describe('the feed over plain HTTP', () => {
  const EVENTS = `query($after: EventCursor, $first: Int) { events(after: $after, first: $first) {
    nodes { __typename cursor ... on MessageAdded { message { body } conversation { id } } } endCursor hasMore } }`;
  type Page = { nodes: { message: { body: string }; cursor: string }[]; endCursor: string; hasMore: boolean };
  const page = async (variables: object): Promise<Page> =>
    ((await (await served.post(EVENTS, { variables })).json()) as { data: { events: Page } }).data.events;

  it('pages through everything kept, once and in order, and its cursors are those of the subscription', async () => {
    served = await serve(db);
    for (let i = 0; i < 7; i += 1) await served.say(`message ${i}`);
    const seen: string[] = [];
    let at: Page = await page({ first: 3 });
    for (;;) {
      seen.push(...at.nodes.map(({ message }) => message.body));
      expect(at.nodes.at(-1)?.cursor ?? at.endCursor).toBe(at.endCursor);
      if (!at.hasMore) break;
      at = await page({ first: 3, after: at.endCursor });
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `message ${i}`));
    const head = (await (await served.post('{ eventCursor }')).json()) as { data: { eventCursor: string } };
    expect(at.endCursor).toBe(head.data.eventCursor);
    expect(await page({ after: at.endCursor })).toEqual({ nodes: [], endCursor: at.endCursor, hasMore: false });
  });

  it('leaves out what is gone, and goes on behind it', async () => {
    served = await serve(db);
    const gone = await served.say('a slip');
    await served.say('what stayed');
    await db.pool.query('UPDATE message SET removed_at = now() WHERE id = $1', [gone]);
    const { nodes, hasMore } = await page({ first: 1 });
    expect([nodes, hasMore]).toEqual([[], true]);
  });

  it.each([0, 101])('refuses first: %i', async (first) => {
    served = await serve(db);
    const answer = await served.post(EVENTS, { variables: { first } });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('tells of a cursor that it cannot go on from', async () => {
    served = await serve(db);
    for (const body of ['one', 'two', 'three']) await served.say(body);
    const first = (await page({ first: 1 })).endCursor;
    await db.pool.query('DELETE FROM event WHERE tenant_id = $1 AND seq < 3', [served.estate.scope.tenantId]);
    const foreign = Buffer.from('other.1').toString('base64url');
    const beyond = Buffer.from('epoch.99').toString('base64url');
    for (const after of [first, foreign, beyond]) {
      const answer = await served.post(EVENTS, { variables: { after } });
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'RESYNC_REQUIRED' } }] });
    }
    expect((await page({})).nodes.map(({ message }) => message.body)).toEqual(['three']);
  });
});
