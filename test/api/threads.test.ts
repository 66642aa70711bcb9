import { describe, expect, it } from 'vitest';
import { ThreadPageDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { idOf, pagedThread, threadOf } from '../helpers/desk.ts';
import { listOnly } from '../helpers/listing.ts';

const DAY = 24 * 3_600_000;

/** A system with one thread of so many messages. `unread`: listed, but not one of its messages was ever read. */
async function withThread(messages: number, { unread = false } = {}) {
  const t = await testApp({ idle: unread });
  const createdAt = new Date(t.clock.now().getTime() - 5 * DAY);
  const { externalId } = t.simulator().addConversation({ messages, createdAt });
  const accountId = await t.connect();
  if (unread) await listOnly(t, accountId);
  const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM conversation');
  return { t, externalId, id: rows[0]?.id ?? '' };
}

function truthOf(t: TestApp, externalId: string): readonly string[] {
  const truth = t
    .simulator()
    .conversations()
    .find((one) => one.externalId === externalId);
  return (truth?.messages ?? []).map((one) => one.externalId).toReversed();
}

describe('a thread', () => {
  it.each([1, 7, 25, 40, 100])('of 60 messages pages back to its first, each once, %i at a time', async (first) => {
    const { t, id, externalId } = await withThread(60, { unread: true });
    const seen = (await pagedThread(t, id, first)).map((one) => one.externalId);
    expect(seen).toEqual(truthOf(t, externalId));
  });

  it('says that there is more, and not how many, until its first message is stored', async () => {
    const { t, id } = await withThread(60, { unread: true });
    const page = async (first: number) => (await t.gql(ThreadPageDocument, { id, first })).data.conversation?.messages;
    expect(await page(10)).toMatchObject({ totalCount: null, pageInfo: { hasNextPage: true } });
    expect(await page(50)).toMatchObject({ totalCount: null, pageInfo: { hasNextPage: true } });
    expect(await page(100)).toMatchObject({ totalCount: 60, pageInfo: { hasNextPage: false } });
    expect(await page(10)).toMatchObject({ totalCount: 60, pageInfo: { hasNextPage: true } });
  });

  it('is read to its beginning behind the scenes', async () => {
    const { t, id, externalId } = await withThread(80);
    t.simulator().calls.reset();
    expect((await pagedThread(t, id, 30)).map((one) => one.externalId)).toEqual(truthOf(t, externalId));
    expect(t.simulator().calls.entries).toEqual([]);
  });

  it('can be read from its oldest message', async () => {
    const { t, id, externalId } = await withThread(60, { unread: true });
    const { data } = await t.gql(ThreadPageDocument, { id, last: 5 });
    const oldest = truthOf(t, externalId).slice(-5);
    expect(data.conversation?.messages.nodes.map((one) => one.externalId)).toEqual(oldest);
    expect(data.conversation?.messages.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('repeats and skips nothing when somebody writes between two pages', async () => {
    const { t, id, externalId } = await withThread(30);
    const before = truthOf(t, externalId);
    const first = (await t.gql(ThreadPageDocument, { id, first: 10 })).data.conversation?.messages;
    const news = t.simulator().guestWrites(externalId, 'One more thing');
    await t.pass(31_000);
    const after = first?.pageInfo.endCursor ?? null;
    const second = (await t.gql(ThreadPageDocument, { id, first: 10, after })).data.conversation?.messages;
    const seen = [...(first?.nodes ?? []), ...(second?.nodes ?? [])].map((one) => one.externalId);
    expect(seen).toEqual(before.slice(0, 20));
    const newer = { id, last: 10, before: first?.pageInfo.startCursor ?? null };
    const ahead = (await t.gql(ThreadPageDocument, newer)).data.conversation?.messages.nodes;
    expect(ahead?.map((one) => one.externalId)).toEqual([news]);
  });

  it('keeps one order where many messages bear the same second', async () => {
    const t = await testApp();
    const { externalId } = t.simulator().addConversation();
    for (let i = 0; i < 12; i += 1) t.simulator().guestWrites(externalId, `${i} of the burst`);
    await t.connect();
    const id = await idOf(t, externalId);
    for (let i = 12; i < 20; i += 1) t.simulator().guestWrites(externalId, `${i} of the burst`);
    await t.pass(31_000);
    const all = (await threadOf(t, id)).map((one) => one.body);
    expect(all).toHaveLength(20);
    for (const first of [1, 3, 8]) expect((await pagedThread(t, id, first)).map((one) => one.body)).toEqual(all);
    await t.pass(61_000);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(all);
  });

  it('whose provider is down answers with what is stored, and says so', async () => {
    const { t, id } = await withThread(60, { unread: true });
    await t.gql(ThreadPageDocument, { id, first: 10 });
    t.simulator().faults.always({ kind: 'status', status: 503 });
    const { data, errors } = await t.gql(ThreadPageDocument, { id, first: 100 });
    expect(data.conversation?.messages).toMatchObject({ totalCount: null, pageInfo: { hasNextPage: true } });
    expect(data.conversation?.messages.nodes).toHaveLength(25);
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_FAILED', kind: 'unavailable' } }]);
    t.simulator().faults.clear();
    expect(await threadOf(t, id)).toHaveLength(60);
  });

  it('is read again at its provider where it was read longer ago than maxAge', async () => {
    const { t, id, externalId } = await withThread(3);
    t.simulator().guestWrites(externalId, 'Just now');
    await t.pass(10_000);
    const newest = async (maxAge: number) =>
      (await t.gql(ThreadPageDocument, { id, first: 1, maxAge })).data.conversation?.messages.nodes[0]?.body;
    expect(await newest(60)).not.toBe('Just now');
    expect(await newest(5)).toBe('Just now');
    const { errors } = await t.gql(ThreadPageDocument, { id, maxAge: -1 });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
