import { describe, expect, it } from 'vitest';
import { HeadDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { eventsOf, type FeedEvent, idOf, sent } from '../helpers/desk.ts';

const DAY = 24 * 3_600_000;

async function head(t: TestApp): Promise<string> {
  return (await t.gql(HeadDocument)).data.eventCursor;
}

/** The texts of the messages that were announced. */
function announced(events: readonly FeedEvent[]): readonly (string | null)[] {
  return events.flatMap((one) => (one.__typename === 'MessageAdded' ? [one.message.body] : []));
}

async function numbers(t: TestApp): Promise<readonly number[]> {
  const { rows } = await t.db.pool.query<{ seq: string }>('SELECT seq FROM event ORDER BY seq');
  return rows.map((row) => Number(row.seq));
}

async function deliver(t: TestApp, delivery = t.simulator().webhook()): Promise<number> {
  const request = new Request('http://parley.test/webhooks/lavanda', { method: 'POST', ...delivery });
  const { status } = await t.app.fetch(request);
  await t.settle();
  return status;
}

describe('the feed', () => {
  it('is numbered without holes, whatever was written', async () => {
    const t = await testApp({ size: 8 });
    await t.connect();
    const [first] = t.simulator().conversations();
    t.simulator().guestWrites(first?.externalId ?? '', 'Hello?');
    await t.pass(31_000);
    await sent(t, await idOf(t, first?.externalId ?? ''), 'Hello!');
    const seen = await numbers(t);
    expect(seen).toEqual(seen.map((_, place) => place + 1));
    expect(await eventsOf(t)).toHaveLength(seen.length);
  });

  it('announces no history, which is stored under its own time', async () => {
    const t = await testApp();
    const createdAt = new Date(t.clock.now().getTime() - 9 * DAY);
    for (let i = 0; i < 3; i += 1) t.simulator().addConversation({ messages: 40, createdAt });
    await t.connect();
    const events = await eventsOf(t);
    expect(announced(events)).toEqual([]);
    const { rows } = await t.db.pool.query(
      'SELECT count(*)::int AS stored, bool_and(backfilled) AS backfilled FROM message',
    );
    expect(rows).toEqual([{ stored: 120, backfilled: true }]);
    // A page of history is one change of its conversation, not forty.
    expect(events.filter((one) => one.__typename === 'ConversationChanged').length).toBeLessThanOrEqual(3 * 4);
  });

  it('tells each page of history that is stored as a change of its conversation', async () => {
    const t = await testApp();
    const createdAt = new Date(t.clock.now().getTime() - 9 * DAY);
    const { externalId } = t.simulator().addConversation({ messages: 60, createdAt });
    await t.connect();
    const id = await idOf(t, externalId);
    const changes = (await eventsOf(t)).filter(
      (one) => one.__typename === 'ConversationChanged' && one.conversation.id === id,
    );
    // Three pages of 25; and it was first met without one.
    expect(changes).toHaveLength(4);
  });

  it('takes what was written in the five minutes before connecting for new', async () => {
    const t = await testApp();
    const { externalId } = t.simulator().addConversation();
    const ago = (ms: number) => ({ at: new Date(t.clock.now().getTime() - ms) });
    t.simulator().guestWrites(externalId, 'an hour ago', ago(3_600_000));
    t.simulator().guestWrites(externalId, 'a minute ago', ago(60_000));
    await t.connect();
    expect(announced(await eventsOf(t))).toEqual(['a minute ago']);
  });

  it('holds no texts and no names', async () => {
    const t = await testApp({ size: 3 });
    await t.connect();
    const { rows } = await t.db.pool.query<{ column_name: string }>(
      `SELECT column_name FROM information_schema.columns WHERE table_name = 'event' AND table_schema = 'public' ORDER BY 1`,
    );
    const columns = rows.map((row) => row.column_name);
    const expected = ['account_id', 'conversation_id', 'message_id', 'recorded_at', 'seq', 'tenant_id', 'type'];
    expect(columns).toEqual(expected);
  });

  it('is each tenant’s own, and a cursor of another’s is told', async () => {
    const t = await testApp({ size: 2 });
    await t.connect();
    const token = await t.tokenFor('rival');
    const cursor = await head(t);
    const { data } = await t.ask<{ events: { nodes: unknown[] } }>('{ events { nodes { cursor } } }', {}, token);
    expect(data.events.nodes).toEqual([]);
    const foreign = await t.ask<object>(`{ events(after: "${cursor}") { endCursor } }`, {}, token);
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
  });
});

describe('a message is announced once', () => {
  async function desk() {
    const t = await testApp();
    const { externalId } = t.simulator().addConversation();
    const accountId = await t.connect();
    return { t, externalId, accountId, cursor: await head(t) };
  }

  it('when a poll finds it, and not by the polls after that', async () => {
    const { t, externalId, cursor } = await desk();
    t.simulator().guestWrites(externalId, 'Hello?');
    for (let i = 0; i < 3; i += 1) await t.pass(31_000);
    expect(announced(await eventsOf(t, cursor))).toEqual(['Hello?']);
  });

  it('when a webhook hints at it, before the poll that would have found it', async () => {
    const { t, externalId, cursor } = await desk();
    t.simulator().guestWrites(externalId, 'Hello?');
    expect(announced(await eventsOf(t, cursor))).toEqual([]);
    await t.pass(3_000);
    expect(await deliver(t)).toBe(200);
    expect(announced(await eventsOf(t, cursor))).toEqual(['Hello?']);
    await t.pass(61_000);
    expect(announced(await eventsOf(t, cursor))).toEqual(['Hello?']);
  });

  it('when somebody asks for a look, and a poll, a webhook and a sweep tell it too', async () => {
    const { t, externalId, accountId, cursor } = await desk();
    t.simulator().guestWrites(externalId, 'Hello?');
    await Promise.all([
      t.gql(SyncAccountDocument, { accountId }),
      deliver(t),
      t.gql(SyncAccountDocument, { accountId }),
    ]);
    await t.pass(7 * 3_600_000);
    expect(announced(await eventsOf(t, cursor))).toEqual(['Hello?']);
  });

  it('when it is queued, where it is our own, and not again when it comes back', async () => {
    const { t, externalId, cursor } = await desk();
    await sent(t, await idOf(t, externalId), 'Our own');
    await deliver(t);
    await t.pass(61_000);
    const events = await eventsOf(t, cursor);
    expect(announced(events)).toEqual(['Our own']);
    expect(events[0]).toMatchObject({ __typename: 'MessageAdded' });
    expect(events.filter((one) => one.__typename === 'MessageChanged').length).toBeGreaterThan(0);
  });
});

it('a cursor goes on exactly where it was taken, also between messages of one second', async () => {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  await t.connect();
  const said: string[] = [];
  const met: (string | null)[] = [];
  let cursor = await head(t);
  for (let round = 0; round < 5; round += 1) {
    for (let i = 0; i < 3; i += 1) {
      said.push(`${round}.${i}`);
      t.simulator().guestWrites(externalId, `${round}.${i}`);
    }
    await t.pass(31_000);
    const events = await eventsOf(t, cursor);
    met.push(...announced(events.slice(0, -1)));
    cursor = events.at(-2)?.cursor ?? cursor;
  }
  const rest: readonly FeedEvent[] = await eventsOf(t, cursor);
  met.push(...announced(rest));
  expect(met).toEqual(said);
});
