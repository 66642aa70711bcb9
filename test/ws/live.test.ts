import type { ExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

const LIVE = `subscription($after: EventCursor, $conversations: [ID!], $accounts: [ID!]) {
  messageAdded(after: $after, conversationIds: $conversations, accountIds: $accounts) {
    cursor message { id body } conversation { id unreadCount }
  }
}`;

interface Added {
  readonly cursor: string;
  readonly message: { readonly id: string; readonly body: string };
  readonly conversation: { readonly id: string; readonly unreadCount: number };
}

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
  expect(served.wakes.listeners()).toBe(0);
});

function client(options?: Parameters<Served['socket']>[0]): Client {
  const made = served.socket(options);
  clients.push(made);
  return made;
}

type Live = AsyncIterableIterator<ExecutionResult>;

function live(on: Client, variables: Record<string, unknown> = {}): Live {
  return on.iterate({ query: LIVE, variables }) as unknown as Live;
}

async function next(from: Live): Promise<Added> {
  const { value } = await from.next();
  expect(value.errors).toBeUndefined();
  return value.data.messageAdded;
}

async function bodies(from: Live, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) seen.push((await next(from)).message.body);
  return seen;
}

async function head(): Promise<string> {
  const answer = await served.post('{ eventCursor }');
  return ((await answer.json()) as { data: { eventCursor: string } }).data.eventCursor;
}

/** Resolves when that many subscriptions are open here. */
async function readers(count: number): Promise<void> {
  while (served.transport.feeds.readers !== count) await served.post('{ eventCursor }');
}

describe('a subscriber', () => {
  it('is told of a new message, with its conversation as it then is', async () => {
    served = await serve(db);
    const stream = live(client());
    const first = stream.next();
    await readers(1);
    const id = await served.say('Is there a lift?');
    const { value } = await first;
    expect(value).toEqual({
      data: {
        messageAdded: {
          cursor: expect.any(String),
          message: { id, body: 'Is there a lift?' },
          conversation: { id: served.conversationId, unreadCount: 0 },
        },
      },
    });
  });

  it('that was away gets what it missed first, once, in order, and then what comes', async () => {
    served = await serve(db);
    const lost = client();
    const first = next(live(lost));
    await readers(1);
    await served.say('one');
    const { cursor } = await first;
    lost.terminate();
    await readers(0);
    for (const body of ['two', 'three', 'four']) await served.say(body);

    const resumed = live(client(), { after: cursor });
    expect(await bodies(resumed, 3)).toEqual(['two', 'three', 'four']);
    await served.say('five');
    expect(await bodies(resumed, 1)).toEqual(['five']);
  });

  it('that begins after a cursor misses nothing that was committed between reading it and subscribing', async () => {
    served = await serve(db);
    const cursor = await head();
    await served.say('in between', { hint: false });
    expect(await bodies(live(client(), { after: cursor }), 1)).toEqual(['in between']);
  });

  it('is told of a message whose hint was lost when it is time to look', async () => {
    served = await serve(db);
    const first = next(live(client()));
    await readers(1);
    await served.say('unannounced', { hint: false });
    served.clock.advance(defaultTimes.lookEveryMs);
    expect((await first).message.body).toBe('unannounced');
  });

  it('that is further behind than memory reaches reads on from the log, whole and in order', async () => {
    served = await serve(db);
    const cursor = await head();
    const all = Array.from({ length: 600 }, (_, i) => `message ${i}`);
    for (const body of all) await served.say(body, { hint: false });
    expect(await bodies(live(client(), { after: cursor }), 600)).toEqual(all);
  });

  it('sees only the conversations and accounts that it asked for, and its cursor still moves on', async () => {
    served = await serve(db);
    const other = await served.estate.conversation(1);
    const mine = live(client(), { conversations: [served.conversationId], accounts: [served.estate.accountId] });
    const none = live(client(), { accounts: ['acc_00000000000000000000000000000000'] });
    const [first, never] = [next(mine), none.next()];
    await readers(2);
    for (let i = 0; i < 300; i += 1) await served.say('elsewhere', { conversationId: other });
    await served.say('here');
    const { message, cursor } = await first;
    expect(message.body).toBe('here');
    expect(await head()).toBe(cursor);
    await none.return?.();
    expect((await never).done).toBe(true);
  });

  it('gets the conversation as it is at each event, not as it was at the first', async () => {
    served = await serve(db);
    const stream = live(client());
    const first = next(stream);
    await readers(1);
    const unread = [];
    for (const count of [1, 2, 3]) {
      await db.pool.query('UPDATE conversation SET unread_count = $1 WHERE id = $2', [count, served.conversationId]);
      await served.say(`number ${count}`);
      unread.push((await (count === 1 ? first : next(stream))).conversation.unreadCount);
    }
    expect(unread).toEqual([1, 2, 3]);
  });

  it('is not told of a message that was removed before it could be', async () => {
    served = await serve(db);
    const cursor = await head();
    const gone = await served.say('a slip', { hint: false });
    await db.pool.query('UPDATE message SET removed_at = now() WHERE id = $1', [gone]);
    await served.say('what stayed');
    expect(await bodies(live(client(), { after: cursor }), 1)).toEqual(['what stayed']);
  });
});

describe('a cursor that cannot be resumed from', () => {
  const cursorOf = (epoch: string, seq: number) => Buffer.from(`${epoch}.${seq}`).toString('base64url');

  it.each([
    ['of another numbering', () => cursorOf('other', 0)],
    ['beyond the head', () => cursorOf('epoch', 1_000)],
    ['of which the successor is not kept', () => cursorOf('epoch', 0)],
  ])('%s is told', async (_title, cursor) => {
    served = await serve(db);
    for (const body of ['one', 'two', 'three']) await served.say(body);
    await db.pool.query('DELETE FROM event WHERE tenant_id = $1 AND seq < 3', [served.estate.scope.tenantId]);
    const { value } = await live(client(), { after: cursor() }).next();
    expect(value.errors).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
  });

  it('is told to those who follow when the feed is renumbered', async () => {
    served = await serve(db);
    const first = live(client()).next();
    await readers(1);
    await db.pool.query(`UPDATE tenant SET epoch = 'new' WHERE id = $1`, [served.estate.scope.tenantId]);
    served.clock.advance(defaultTimes.lookEveryMs);
    expect((await first).value.errors).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
  });
});

describe('what a subscription holds', () => {
  it('is freed at once when its socket is killed while it waits', async () => {
    served = await serve(db);
    const streams = Array.from({ length: 20 }, () => live(client()));
    for (const stream of streams) stream.next().catch(() => {});
    await readers(20);
    for (const one of clients) one.terminate();
    await readers(0);
    expect(served.wakes.listeners()).toBe(0);
  });

  it('is freed when the client completes it, and its neighbours on the socket go on', async () => {
    served = await serve(db);
    const shared = client();
    const [one, two] = [live(shared), live(shared)];
    const [first, second] = [one.next(), next(two)];
    await readers(2);
    await one.return?.();
    expect((await first).done).toBe(true);
    await readers(1);
    await served.say('still here');
    expect((await second).message.body).toBe('still here');
  });
});
