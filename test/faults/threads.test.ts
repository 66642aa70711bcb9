import { describe, expect, it } from 'vitest';
import { AccountsDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { eventsOf, idOf, inboxOf, pagedThread, sent, threadOf } from '../helpers/desk.ts';

const DAY = 24 * 3_600_000;

async function said(t: TestApp, externalId: string): Promise<readonly (string | null)[]> {
  return (await pagedThread(t, await idOf(t, externalId), 100)).map((one) => one.externalId);
}

function truthOf(t: TestApp, externalId: string): readonly string[] {
  const truth = t
    .simulator()
    .conversations()
    .find((one) => one.externalId === externalId);
  return (truth?.messages ?? []).map((one) => one.externalId).toReversed();
}

/** Lets a guest write so many messages, two seconds apart. */
async function chatter(t: TestApp, externalId: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    t.simulator().guestWrites(externalId, `line ${i}`);
    t.clock.advance(10);
  }
}

describe('a gap in a thread', () => {
  it.each([24, 25, 26, 50, 51, 130])(
    'of %i messages that came between two polls is closed, none missing',
    async (count) => {
      const t = await testApp();
      const createdAt = new Date(t.clock.now().getTime() - DAY);
      const { externalId } = t.simulator().addConversation({ messages: 3, createdAt });
      await t.connect();
      const start = t.clock.now().getTime();
      for (let i = 0; i < count; i += 1)
        t.simulator().guestWrites(externalId, `line ${i}`, { at: new Date(start + i * 1000) });
      await t.pass(count * 1000 + 31_000);
      expect(await said(t, externalId)).toEqual(truthOf(t, externalId));
      const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
      expect(added).toHaveLength(count);
    },
  );

  it('that all bears one second is closed too', async () => {
    const t = await testApp();
    const { externalId } = t
      .simulator()
      .addConversation({ messages: 2, createdAt: new Date(t.clock.now().getTime() - DAY) });
    await t.connect();
    await chatter(t, externalId, 60);
    await t.pass(31_000);
    expect((await said(t, externalId)).toSorted()).toEqual(truthOf(t, externalId).toSorted());
  });

  it('that could not be closed at once, for want of the provider, is closed later', async () => {
    const t = await testApp();
    const { externalId } = t
      .simulator()
      .addConversation({ messages: 2, createdAt: new Date(t.clock.now().getTime() - DAY) });
    await t.connect();
    const start = t.clock.now().getTime();
    for (let i = 0; i < 80; i += 1)
      t.simulator().guestWrites(externalId, `line ${i}`, { at: new Date(start + i * 1000) });
    await t.clock.pass(1);
    // The newest page is still read, what lies behind it is not.
    t.simulator().faults.next({ kind: 'items', order: 'twice' }, { operation: 'conversations' });
    t.simulator().faults.always({ kind: 'status', status: 503 }, { operation: 'conversations' });
    await t.pass(90_000);
    t.simulator().faults.clear();
    await t.pass(60_000);
    await t.pass(60_000);
    expect(await said(t, externalId)).toEqual(truthOf(t, externalId));
  });

  it('is not hidden by an own send that is newer than what was missed', async () => {
    const t = await testApp();
    const { externalId } = t
      .simulator()
      .addConversation({ messages: 2, createdAt: new Date(t.clock.now().getTime() - DAY) });
    await t.connect();
    const start = t.clock.now().getTime();
    for (let i = 0; i < 40; i += 1)
      t.simulator().guestWrites(externalId, `line ${i}`, { at: new Date(start + i * 100) });
    await t.clock.pass(5_000);
    await sent(t, await idOf(t, externalId), 'In between');
    await t.pass(31_000);
    expect((await said(t, externalId)).toSorted()).toEqual(truthOf(t, externalId).toSorted());
  });
});

describe('a thread that cannot be read', () => {
  /** A system whose provider answers one conversation with an error, whatever else is asked with it. */
  async function withBroken() {
    const broken = { id: '' };
    const t: TestApp = await testApp({
      app: { fetch: async (url, init) => spoiled(await t.simulator().fetch(url, init), broken.id) },
    });
    const all = Array.from({ length: 5 }, () => t.simulator().addConversation({ messages: 2 }).externalId);
    await t.connect();
    broken.id = all[2] ?? '';
    return { t, all, broken };
  }

  it('does not keep its neighbours from being read, and is read again once it can be', async () => {
    const { t, all, broken } = await withBroken();
    for (const externalId of all) t.simulator().guestWrites(externalId, 'Hello?');
    await t.pass(61_000);
    const newest = async () => new Map((await inboxOf(t)).map((one) => [one.externalId, one.messages.nodes[0]?.body]));
    const others = all.filter((externalId) => externalId !== broken.id);
    for (const externalId of others) expect((await newest()).get(externalId)).toBe('Hello?');
    expect((await newest()).get(broken.id)).not.toBe('Hello?');
    const mended = broken.id;
    broken.id = '';
    await t.pass(61_000);
    expect((await newest()).get(mended)).toBe('Hello?');
  });

  it('shows on its account that something could not be read', async () => {
    const { t } = await withBroken();
    await t.pass(31_000);
    const { accounts } = (await t.gql(AccountsDocument)).data;
    expect(accounts[0]?.lastError).toMatchObject({ kind: 'unavailable' });
  });

  it('since the guest was taken off, is kept as it was, and its neighbours go on', async () => {
    const t = await testApp();
    const gone = t.simulator().addConversation({ messages: 4 }).externalId;
    const here = t.simulator().addConversation({ messages: 1 }).externalId;
    const accountId = await t.connect();
    const before = await said(t, gone);
    t.simulator().removeConversation(gone);
    t.simulator().guestWrites(here, 'Still here');
    await t.pass(31_000);
    expect(await said(t, gone)).toEqual(before);
    expect((await threadOf(t, await idOf(t, here)))[0]?.body).toBe('Still here');
    await t.pass(5_000);
    const { data } = await t.gql(SyncAccountDocument, { accountId });
    expect(data.syncAccount.errors).toEqual([]);
  });
});

it('a message in a conversation that nobody has written in for months is found by the next walk over everything', async () => {
  const t = await testApp();
  const createdAt = new Date(t.clock.now().getTime() - 200 * DAY);
  const { externalId } = t.simulator().addConversation({ about: 'lead', createdAt });
  t.simulator().guestWrites(externalId, 'Long ago', { at: new Date(createdAt.getTime() + DAY) });
  const stay = { createdAt, checkIn: new Date(createdAt.getTime() + 10 * DAY), messages: 2 };
  const cold = t.simulator().addConversation(stay).externalId;
  for (let i = 0; i < 60; i += 1) t.simulator().addBooking({ conversation: 'none', checkIn: createdAt });
  await t.connect();
  t.simulator().guestWrites(cold, 'May we come again?');
  await t.pass(6 * 3_600_000);
  await t.pass(61_000);
  expect((await said(t, cold))[0]).toBe(truthOf(t, cold)[0]);
  const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
  expect(added).toHaveLength(1);
});

describe('a conversation that begins later than its booking', () => {
  it.each([10, 45, 3_600])('is found %i seconds after it, with its first message announced', async (seconds) => {
    const t = await testApp();
    await t.connect();
    const booking = t.simulator().addBooking({ conversation: { afterMs: seconds * 1000 } });
    expect(booking.conversationExternalIds).toEqual([]);
    await t.pass(seconds * 1000 - 5_000);
    await t.pass(31_000);
    const [truth] = t.simulator().conversations();
    t.simulator().guestWrites(truth?.externalId ?? '', 'At last');
    await t.pass(31_000);
    const inbox = await inboxOf(t);
    expect(inbox).toMatchObject([{ externalId: truth?.externalId, messages: { nodes: [{ body: 'At last' }] } }]);
    const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
    expect(added).toHaveLength(1);
  });

  it('hangs from its booking, whichever of the two was told first', async () => {
    const t = await testApp();
    const { bookingExternalId } = t.simulator().addConversation({ messages: 1 });
    await t.connect();
    const { rows } = await t.db.pool.query(
      'SELECT b.external_id AS booking FROM conversation c JOIN booking b ON b.id = c.booking_id',
    );
    expect(rows).toEqual([{ booking: bookingExternalId }]);
  });
});

/** An answer in which the conversation with that id is replaced by an error of its own. */
async function spoiled(response: Response, id: string): Promise<Response> {
  if (id === '') return response;
  const text = await response.text();
  const plain = { status: response.status, headers: { 'content-type': 'application/json' } };
  if (!text.includes(`"${id}"`)) return new Response(text, plain);
  const answer = JSON.parse(text) as { data: Record<string, unknown>; errors?: unknown[] };
  const aliases = Object.keys(answer.data).filter((alias) => JSON.stringify(answer.data[alias]).includes(`"${id}"`));
  const extensions = { code: 'INTERNAL_SERVER_ERROR' };
  const errors = aliases.map((alias) => ({ message: 'Internal error', path: [alias], extensions }));
  const data = { ...answer.data, ...Object.fromEntries(aliases.map((alias) => [alias, null])) };
  return new Response(JSON.stringify({ data, errors: [...(answer.errors ?? []), ...errors] }), plain);
}
