import { describe, expect, it } from 'vitest';
import { type AccountId, brand } from '../../src/domain/ids.ts';
import { providers } from '../../src/providers/registry.ts';
import { ThreadsDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { doorOf } from '../helpers/listing.ts';
import { unreadLists } from '../helpers/unread-lists.ts';

const DAY = 24 * 3_600_000;

/** One estate of 25 threads, each shown by every one of the four providers. Nothing is read. */
async function hundredUnread(): Promise<TestApp> {
  const t = await testApp({ idle: true });
  const createdAt = new Date(t.clock.now().getTime() - 5 * DAY);
  for (let place = 0; place < 25; place += 1)
    t.simulator().addConversation({ platform: 'Booking.com', createdAt, messages: 1 + (place % 24) });
  for (const { id } of providers) await listUnread(t, id, brand<AccountId>(await t.connect(id)));
  return t;
}

async function listUnread(t: TestApp, provider: string, accountId: AccountId): Promise<void> {
  const module = providers.find(({ id }) => id === provider);
  if (!module) throw new Error(`there is no provider ${provider}`);
  const { credentials, fetch } = t.simulator(provider);
  const ingest = doorOf(t);
  const lists = unreadLists({ module, credentials, fetch: (url, init) => fetch(url, init), clock: t.clock });
  for await (const events of lists) await ingest({ accountId, events });
}

/** How often each provider was asked while something was done. */
async function callsOf(t: TestApp, work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  for (const { id } of providers) t.simulator(id).calls.reset();
  await work();
  return Object.fromEntries(providers.map(({ id }) => [id, t.simulator(id).calls.count()]));
}

async function inboxSizes(t: TestApp): Promise<readonly number[]> {
  const { data, errors } = await t.gql(ThreadsDocument, { first: 100, messages: 20 });
  expect(errors).toEqual([]);
  return inOrder(data.conversations.nodes.map(({ messages }) => messages.nodes.length));
}

function truth(t: TestApp): readonly number[] {
  const threads = providers.flatMap(({ id }) => t.simulator(id).conversations());
  return inOrder(threads.map(({ messages }) => Math.min(20, messages.length)));
}

function inOrder(sizes: readonly number[]): readonly number[] {
  return sizes.toSorted((a, b) => a - b);
}

// Lavanda reads 25 threads a call, Booking.com one. BookingSync is asked for its conversations, its clients, and 100 of 325 messages a call.
const fewest = { lavanda: 1, 'bookingcom-connectivity': 25, 'bookingcom-demand': 25, bookingsync: 6 };

describe('an inbox of 100 conversations over four accounts whose threads were never read', () => {
  it('asks every provider as seldom as its interface allows, and nothing the second time', async () => {
    const t = await hundredUnread();
    expect(truth(t)).toHaveLength(100);
    expect(await callsOf(t, async () => expect(await inboxSizes(t)).toEqual(truth(t)))).toEqual(fewest);
    const calls = await callsOf(t, () => inboxSizes(t));
    expect(Object.values(calls)).toEqual(providers.map(() => 0));
  });

  it('costs twenty who ask at once the calls of one, and shows all of them the same', async () => {
    const t = await hundredUnread();
    const calls = await callsOf(t, async () => {
      const inboxes = await Promise.all(Array.from({ length: 20 }, () => inboxSizes(t)));
      for (const sizes of inboxes) expect(sizes).toEqual(truth(t));
    });
    expect(calls).toEqual(fewest);
  });
});
