import type { ExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

const EVENTS = `subscription($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) {
    __typename cursor
    ... on MessageAdded { message { body } }
    ... on MessageChanged { message { body } }
    ... on ConversationChanged { conversation { id } }
    ... on AccountChanged { account { id } }
  }
}`;

interface Item {
  readonly __typename: string;
  readonly cursor: string;
  readonly message?: { readonly body: string };
}

type Live = AsyncIterableIterator<ExecutionResult>;

let db: Database;
let served: Served;
const clients: Client[] = [];

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await served.close();
  expect(served.transport.feeds.readers).toBe(0);
});

function events(variables: Record<string, unknown> = {}): Live {
  const client = served.socket();
  clients.push(client);
  return client.iterate({ query: EVENTS, variables }) as unknown as Live;
}

async function next(from: Live): Promise<Item> {
  const { value } = await from.next();
  expect(value.errors).toBeUndefined();
  return value.data.events;
}

/** What is told next, so many times: a message's words, else its type. */
async function told(from: Live, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { __typename, message } = await next(from);
    seen.push(message?.body ?? __typename);
  }
  return seen;
}

async function head(): Promise<string> {
  const answer = await served.post('{ eventCursor }');
  return ((await answer.json()) as { data: { eventCursor: string } }).data.eventCursor;
}

/** An event that is not about a message, as a store writes it. */
async function happen(type: string, conversationId: string | null): Promise<void> {
  const { scope, accountId } = served.estate;
  await db.pool.query(
    `WITH head AS (UPDATE tenant SET seq = seq + 1 WHERE id = $1 RETURNING seq)
     INSERT INTO event (tenant_id, seq, type, account_id, conversation_id, recorded_at) SELECT $1, seq, $2, $3, $4, now() FROM head`,
    [scope.tenantId, type, accountId, conversationId],
  );
}

describe('whoever follows everything', () => {
  it('is told what was missed, that it has caught up, and then what comes, whatever it is about', async () => {
    served = await serve(db);
    const cursor = await head();
    await served.say('one', { hint: false });
    await happen('ConversationChanged', served.conversationId);
    await happen('AccountChanged', null);
    const stream = events({ after: cursor });
    expect(await told(stream, 4)).toEqual(['one', 'ConversationChanged', 'AccountChanged', 'CaughtUp']);
    await served.say('two');
    expect(await told(stream, 1)).toEqual(['two']);
  });

  it('is told at once that it has caught up where nothing was missed, with a cursor that is good', async () => {
    served = await serve(db);
    const { __typename, cursor } = await next(events());
    expect([__typename, cursor]).toEqual(['CaughtUp', await head()]);
    await served.say('after that', { hint: false });
    expect(await told(events({ after: cursor }), 2)).toEqual(['after that', 'CaughtUp']);
  });

  it('is told again every minute, so that its cursor moves on however little it wants', async () => {
    served = await serve(db);
    const stream = events({ filter: { types: ['AccountChanged'] } });
    const first = await next(stream);
    for (let count = 0; count < 3; count += 1) await served.say(`not wanted ${count}`);
    const again = next(stream);
    for (let ms = 0; ms <= 60_000; ms += defaultTimes.lookEveryMs) {
      served.clock.advance(defaultTimes.lookEveryMs);
      await served.post('{ eventCursor }');
    }
    const { __typename, cursor } = await again;
    expect(__typename).toBe('CaughtUp');
    expect(cursor).not.toBe(first.cursor);
    expect(cursor).toBe(await head());
  });

  it('gets of what it asks for all, and of everything else nothing', async () => {
    served = await serve(db);
    const cursor = await head();
    const other = await served.estate.conversation(1);
    await served.say('elsewhere', { conversationId: other, hint: false });
    await served.say('here', { hint: false });
    await happen('ConversationChanged', served.conversationId);
    await happen('AccountChanged', null);
    const seen = (filter: object, count: number) => told(events({ after: cursor, filter }), count);
    expect(await seen({ conversationIds: [served.conversationId] }, 3)).toEqual([
      'here',
      'ConversationChanged',
      'CaughtUp',
    ]);
    expect(await seen({ types: ['MessageAdded'] }, 3)).toEqual(['elsewhere', 'here', 'CaughtUp']);
    expect(await seen({ accountIds: [served.estate.accountId], types: ['AccountChanged'] }, 2)).toEqual([
      'AccountChanged',
      'CaughtUp',
    ]);
    expect(await seen({ accountIds: ['acc_00000000000000000000000000000000'] }, 1)).toEqual(['CaughtUp']);
  });

  it('further behind than memory reaches is told everything, once, in order', async () => {
    served = await serve(db);
    const cursor = await head();
    const all = Array.from({ length: 600 }, (_, i) => `message ${i}`);
    for (const body of all) await served.say(body, { hint: false });
    expect(await told(events({ after: cursor }), 601)).toEqual([...all, 'CaughtUp']);
  });
});

describe('a gap', () => {
  const cursorOf = (epoch: string, seq: number) => Buffer.from(`${epoch}.${seq}`).toString('base64url');

  it.each([
    ['of another numbering', () => cursorOf('other', 0)],
    ['beyond the head', () => cursorOf('epoch', 1_000)],
    ['of which the successor is not kept', () => cursorOf('epoch', 0)],
  ])('after a cursor %s is told, and it goes on from there', async (_title, cursor) => {
    served = await serve(db);
    for (const body of ['one', 'two', 'three']) await served.say(body);
    await db.pool.query('DELETE FROM event WHERE tenant_id = $1 AND seq < 3', [served.estate.scope.tenantId]);
    const stream = events({ after: cursor() });
    const gap = await next(stream);
    expect([gap.__typename, gap.cursor]).toEqual(['FeedGap', await head()]);
    expect(await told(stream, 1)).toEqual(['CaughtUp']);
    await served.say('four');
    expect(await told(stream, 1)).toEqual(['four']);
  });

  it('is told to those who follow when the feed is renumbered, and they go on under the new numbers', async () => {
    served = await serve(db);
    const stream = events();
    expect(await told(stream, 1)).toEqual(['CaughtUp']);
    const after = told(stream, 2);
    await db.pool.query(`UPDATE tenant SET epoch = 'new' WHERE id = $1`, [served.estate.scope.tenantId]);
    served.clock.advance(defaultTimes.lookEveryMs);
    expect(await after).toEqual(['FeedGap', 'CaughtUp']);
    await served.say('under new numbers');
    expect(await told(stream, 1)).toEqual(['under new numbers']);
  });
});

it('nobody follows events who may not read messages', async () => {
  served = await serve(db);
  const client = served.socket({ token: await served.tokenFor(['accounts:manage']) });
  clients.push(client);
  const { value } = await (client.iterate({ query: EVENTS }) as unknown as Live).next();
  expect(value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});
