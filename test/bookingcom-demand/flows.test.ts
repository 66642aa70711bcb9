import { describe, expect, it } from 'vitest';
import type { DemandSimulator } from '../../src/providers/bookingcom-demand/simulator.ts';
import {
  demand,
  found,
  messagesWithFiles,
  opened,
  participantSends,
  photo,
  sends,
  shown,
  truthOf,
} from '../bookingcom/bookingcom-desk.ts';
import {
  MarkConversationReadDocument,
  SetNoReplyNeededDocument,
  SyncAccountDocument,
} from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, eventsOf, idOf, inboxOf, threadOf } from '../helpers/desk.ts';
import { pictureFile, upload } from '../helpers/stub-desk.ts';

/*
 * The sandbox flow of the Demand API's guide ("Try it out": book, welcome message, poll, confirm, reply), and what hangs on it. The account
 * speaks for the guest: the property is the other side.
 */

const pullEveryMs = 600_000;

/** A connected affiliate who has sold nothing yet. */
async function desk() {
  const t = await testApp({ provider: demand });
  const simulator = t.simulator() as DemandSimulator;
  const accountId = await t.connect();
  return { t, simulator, accountId };
}

/** The same with a reservation, and the property's welcome retrieved. */
async function booked() {
  const made = await desk();
  const { externalId: booking } = made.simulator.addBooking({});
  await made.t.pass(3_000);
  await made.t.pass(pullEveryMs);
  const truth = made.simulator.conversations().find((one) => one.bookingExternalId === booking);
  const thread = truth?.externalId ?? '';
  return { ...made, booking, thread, id: await idOf(made.t, thread) };
}

const textsOf = async (t: TestApp, id: string) => (await threadOf(t, id)).map((one) => [one.sentBy, one.body]);

describe('the sandbox flow', () => {
  it('books, polls the property’s welcome, confirms it, replies, and is answered', async () => {
    const { t, simulator, thread, booking, id } = await booked();
    const [welcome] = truthOf(simulator, thread).messages;
    expect(await inboxOf(t)).toMatchObject([
      { externalId: thread, unreadCount: 1, messages: { nodes: [{ sentBy: 'participant', body: welcome?.body }] } },
    ]);
    expect(simulator.feed.waiting).toBe(0);
    simulator.switches.sandboxReplies = true;
    const reply = await sends(t, { conversationId: id, body: 'May we have an extra bed?' });
    expect(reply).toMatchObject({ errors: [], warnings: [] });
    expect(simulator.sent).toMatchObject([{ conversationExternalId: thread, body: 'May we have an extra bed?' }]);
    await t.pass(5_000);
    await t.pass(pullEveryMs);
    expect(await textsOf(t, id)).toEqual([
      ['participant', 'Unfortunately we have no extra bed.'],
      ['us', 'May we have an extra bed?'],
      ['participant', welcome?.body],
    ]);
    expect(simulator.feed.waiting).toBe(0);
    expect((await found(t, truthOf(simulator, thread)))[0]).toMatchObject({ id, booking: { externalId: booking } });
    expect(await deliveryOf(t, reply.message?.id ?? '')).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });
  });

  it('tells each message once, whichever side wrote it, and confirms a blank one too', async () => {
    const { t, simulator, thread, id } = await booked();
    await sends(t, { conversationId: id, body: 'Thank you' });
    simulator.guestWrites(thread, '');
    simulator.hostWritesElsewhere(thread, 'By the app');
    await t.pass(pullEveryMs);
    await t.pass(pullEveryMs);
    const added = (await eventsOf(t)).flatMap((one) => (one.__typename === 'MessageAdded' ? [one.message?.body] : []));
    expect(added).toHaveLength(4);
    expect(added.toSorted()).toEqual(['', 'By the app', 'Thank you', added[0]].toSorted());
    expect(simulator.feed.waiting).toBe(0);
  });

  it('is polled no more often than the guide asks, and at once on request', async () => {
    const { t, simulator, thread, accountId } = await booked();
    simulator.guestWrites(thread, 'Your room is ready');
    const polls = () => simulator.calls.count({ operation: 'latest' });
    const before = polls();
    await t.pass(pullEveryMs / 2);
    expect(polls()).toBe(before);
    const { data } = await t.gql(SyncAccountDocument, { accountId });
    expect(data.syncAccount).toMatchObject({ received: 1, errors: [] });
    // A second look, since only an empty feed says that there is no more.
    expect(polls() - before).toBeLessThanOrEqual(2);
  });
});

describe('a reservation that nobody has written about', () => {
  const unwritten = async () => {
    const { t, simulator } = await desk();
    const { externalId: booking } = simulator.addBooking({ conversation: 'none' });
    const listing = [...simulator.world.bookings.values()].at(-1)?.listingId ?? 0;
    const property = String(7_000_000 + (simulator.world.listings.get(listing)?.propertyId ?? 0));
    return { t, simulator, names: { bookingExternalId: booking, propertyExternalId: property } };
  };

  it('is found by its own and its property’s number, and is written to', async () => {
    const { t, simulator, names } = await unwritten();
    expect(await inboxOf(t)).toEqual([]);
    const [first] = await found(t, names);
    expect(first).toMatchObject({
      externalId: null,
      booking: { externalId: names.bookingExternalId, propertyExternalId: names.propertyExternalId },
      messages: { nodes: [] },
    });
    expect((await sends(t, { conversationId: first?.id ?? '', body: 'We arrive at nine' })).errors).toEqual([]);
    expect(simulator.sent).toMatchObject([{ body: 'We arrive at nine' }]);
  });

  it('takes the id of its conversation when that is told, and there is no second one', async () => {
    const { t, simulator, names } = await unwritten();
    const [first] = await found(t, names);
    const { message } = await sends(t, { conversationId: first?.id ?? '', body: 'We arrive at nine' });
    const [thread] = simulator.conversations();
    simulator.guestWrites(thread?.externalId ?? '', 'Welcome');
    await t.pass(pullEveryMs);
    const inbox = await inboxOf(t);
    expect(inbox).toMatchObject([{ id: first?.id, externalId: thread?.externalId }]);
    expect(inbox[0]?.messages.nodes.map((one) => [one.sentBy, one.body])).toEqual([
      ['participant', 'Welcome'],
      ['us', 'We arrive at nine'],
    ]);
    expect(inbox[0]?.messages.nodes[1]?.id).toBe(message?.id);
    expect((await found(t, names)).map((one) => one.id)).toEqual([first?.id]);
    expect(simulator.sent).toHaveLength(1);
  });

  it('is told as failed, and not tried again blindly, where the API wants a conversation’s id', async () => {
    const { t, simulator, names } = await unwritten();
    simulator.switches.sendByReservation = 'refused';
    const [first] = await found(t, names);
    const { message } = await sends(t, { conversationId: first?.id ?? '', body: 'Hello' });
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({
      state: 'FAILED',
      error: { kind: expect.any(String) },
    });
    expect(simulator.sent).toEqual([]);
  });
});

describe('pictures', () => {
  it('of the property are shown by an address of ours', async () => {
    const { t, simulator, thread, id } = await booked();
    participantSends(simulator, thread, 'This is your room', photo());
    await t.pass(pullEveryMs);
    const [message] = await messagesWithFiles(t, id);
    expect(message).toMatchObject({ body: 'This is your room', sentBy: 'participant' });
    const file = await opened(t, message?.attachments[0]?.url);
    expect(file.type).toBe('image/png');
    expect(file.bytes.equals(photo())).toBe(true);
  });

  it('of the guest go out with the message, and come back as the same message', async () => {
    const { t, simulator, id } = await booked();
    const { attachment } = await upload(t, id, pictureFile('passport.png'));
    const input = { conversationId: id, body: 'As you asked', attachmentIds: [attachment?.id ?? ''] };
    expect((await sends(t, input)).errors).toEqual([]);
    const files = simulator.attachments?.() ?? [];
    expect(files).toMatchObject([{ sentBy: 'us', name: 'passport.png', contentType: 'image/png' }]);
    expect(simulator.sent).toMatchObject([{ body: 'As you asked', attachments: [files[0]?.externalId] }]);
    await t.pass(pullEveryMs);
    const messages = await messagesWithFiles(t, id);
    expect(messages).toHaveLength(2);
    expect(messages[0]?.attachments.map((one) => one.id)).toEqual([attachment?.id]);
  });
});

describe('what the API does not have', () => {
  it('is kept here (read) or refused (no reply needed), and the capabilities say so', async () => {
    const { t, simulator, id } = await booked();
    expect((await shown(t, id)).capabilities).toMatchObject({
      reply: { allowed: true, mode: 'UPSTREAM' },
      attach: { allowed: true, maxBytes: 1_048_576 },
      markRead: { mode: 'LOCAL' },
      noReplyNeeded: { allowed: false, mode: 'UNSUPPORTED' },
    });
    const before = simulator.calls.count();
    const read = await t.gql(MarkConversationReadDocument, { input: { conversationId: id } });
    expect(read.data.markConversationRead).toMatchObject({ conversation: { unreadCount: 0 }, errors: [] });
    const marked = await t.gql(SetNoReplyNeededDocument, { input: { conversationId: id, noReplyNeeded: true } });
    expect(marked.data.setNoReplyNeeded.errors).toMatchObject([{ code: 'UNSUPPORTED' }]);
    expect(simulator.calls.count()).toBe(before);
  });

  it('a stay whose 66 days are over: the message is refused by the provider, and that is told', async () => {
    const { t, simulator } = await desk();
    const ago = (days: number) => new Date(t.clock.now().getTime() - days * 86_400_000);
    const { externalId } = simulator.addConversation({ createdAt: ago(120), checkIn: ago(90), messages: 1 });
    await t.pass(pullEveryMs);
    const id = await idOf(t, externalId);
    const { message } = await sends(t, { conversationId: id, body: 'Did you find my hat?' });
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'FAILED', error: { kind: 'forbidden' } });
    expect(simulator.sent).toEqual([]);
  });
});
