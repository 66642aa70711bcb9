import { describe, expect, it } from 'vitest';
import { InboxDocument, ThreadPageDocument, ThreadsDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf } from '../helpers/desk.ts';
import { listOnly } from '../helpers/listing.ts';

const DAY = 24 * 3_600_000;

/** What a provider was asked while something was done, by the names of its operations. */
async function callsOf(t: TestApp, work: () => Promise<unknown>): Promise<readonly string[]> {
  t.simulator().calls.reset();
  await work();
  return t.simulator().calls.entries.map((one) => one.operation);
}

async function crowded(threads: number, options: { readonly idle?: boolean } = {}) {
  const t = await testApp(options);
  for (let i = 0; i < threads; i += 1)
    t.simulator().addConversation({ messages: 1 + (i % 40), createdAt: new Date(t.clock.now().getTime() - 5 * DAY) });
  return t;
}

describe('what an inbox costs at its provider', () => {
  it('nothing, for 50 conversations with 20 messages each, once they are stored', async () => {
    const t = await crowded(60);
    await t.connect();
    const calls = await callsOf(t, async () => {
      const { data, errors } = await t.gql(ThreadsDocument, { first: 50, messages: 20 });
      expect(errors).toEqual([]);
      expect(data.conversations.nodes).toHaveLength(50);
      expect(data.conversations.nodes.flatMap((one) => one.messages.nodes).length).toBeGreaterThan(500);
    });
    expect(calls).toEqual([]);
  });

  it('one call for every 25 threads whose messages were never read', async () => {
    const t = await crowded(50, { idle: true });
    const accountId = await t.connect();
    await listOnly(t, accountId);
    const calls = await callsOf(t, async () => {
      const { data, errors } = await t.gql(ThreadsDocument, { first: 50, messages: 20 });
      expect(errors).toEqual([]);
      const truth = new Map(
        t
          .simulator()
          .conversations()
          .map((one) => [one.externalId, one.messages]),
      );
      expect(data.conversations.nodes).toHaveLength(50);
      for (const { externalId, messages } of data.conversations.nodes) {
        const newest = truth
          .get(externalId ?? '')
          ?.slice(-20)
          .toReversed();
        expect(messages.nodes.map((one) => one.externalId)).toEqual(newest?.map((one) => one.externalId));
      }
    });
    expect(calls).toEqual(['conversations', 'conversations']);
    expect(await callsOf(t, () => t.gql(ThreadsDocument, { first: 50, messages: 20 }))).toEqual([]);
  });

  it('a thread at a time where only some of a page were never read', async () => {
    const t = await crowded(3, { idle: true });
    const accountId = await t.connect();
    await listOnly(t, accountId);
    const [first] = t.simulator().conversations();
    const nodes = (await t.gql(InboxDocument, { first: 3 })).data.conversations.nodes;
    const id = nodes.find((one) => one.externalId === first?.externalId)?.id ?? '';
    expect(await callsOf(t, () => t.gql(ThreadPageDocument, { id }))).toEqual(['conversations']);
    expect(await callsOf(t, () => inboxOf(t))).toEqual(['conversations']);
    expect(t.simulator().calls.entries).toMatchObject([{ conversationCount: 2 }]);
  });
});

describe('asking for no older than maxAge', () => {
  it('looks once at each account, and shows what came', async () => {
    const t = await crowded(4);
    await t.connect();
    await t.pass(5_000);
    const [first] = t.simulator().conversations();
    t.simulator().guestWrites(first?.externalId ?? '', 'Just now');
    const calls = await callsOf(t, async () => {
      const { data } = await t.gql(InboxDocument, { maxAge: 3 });
      expect(data.conversations.nodes[0]?.lastMessage?.body).toBe('Just now');
      expect(data.conversations.sources).toMatchObject([{ state: 'FRESH' }]);
    });
    // One look: the lists' ends, then the hot threads, 25 a call.
    expect(calls).toEqual(['bookings.search+leads.search', 'conversations']);
  });

  it('is one look for all who ask at once', async () => {
    const t = await crowded(4);
    await t.connect();
    await t.pass(5_000);
    const calls = await callsOf(t, () =>
      Promise.all(Array.from({ length: 20 }, () => t.gql(InboxDocument, { maxAge: 3 }))),
    );
    expect(calls).toEqual(['bookings.search+leads.search', 'conversations']);
  });

  it('asks nothing where the account was looked at since', async () => {
    const t = await crowded(2);
    await t.connect();
    await t.pass(5_000);
    expect(await callsOf(t, () => t.gql(InboxDocument, { maxAge: 60 }))).toEqual([]);
  });

  it('asks nothing inside the gap that the provider is given, and says that the answer is stale', async () => {
    const t = await crowded(2);
    await t.connect();
    await t.pass(1_000);
    const calls = await callsOf(t, async () => {
      const { data, errors } = await t.gql(InboxDocument, { maxAge: 0 });
      expect(errors).toEqual([]);
      expect(data.conversations.sources).toMatchObject([{ state: 'STALE' }]);
      expect(data.conversations.nodes).toHaveLength(2);
    });
    expect(calls).toEqual([]);
  });

  it('of a thread reads its newest page once, however many ask', async () => {
    const t = await crowded(2);
    await t.connect();
    await t.pass(5_000);
    const [first] = t.simulator().conversations();
    const id = (await inboxOf(t)).find((one) => one.externalId === first?.externalId)?.id ?? '';
    t.simulator().guestWrites(first?.externalId ?? '', 'Just now');
    const calls = await callsOf(t, async () => {
      const ask = () => t.gql(ThreadPageDocument, { id, first: 1, maxAge: 3 });
      for (const { data } of await Promise.all(Array.from({ length: 20 }, ask)))
        expect(data.conversation?.messages.nodes[0]?.body).toBe('Just now');
    });
    expect(calls).toEqual(['conversations']);
  });
});
