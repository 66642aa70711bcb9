import { describe, expect, it } from 'vitest';
import type { ConnectivitySimulator } from '../../src/providers/bookingcom-connectivity/simulator.ts';
import {
  connectivity,
  found,
  messagesWithFiles,
  opened,
  participantSends,
  photo,
  sends,
  shown,
  truthOf,
} from '../bookingcom/bookingcom-desk.ts';
import { MarkConversationReadDocument, SetNoReplyNeededDocument } from '../generated/operations.ts';
import { type TestApp, type TestAppOptions, testApp } from '../helpers/app.ts';
import { deliveryOf, eventsOf, idOf, inboxOf, threadOf } from '../helpers/desk.ts';
import { pictureFile, upload } from '../helpers/stub-desk.ts';

/*
 * The flows of Booking.com's self-certification ("Understanding the messaging API", "Use cases and best practices"), from the queue to
 * whoever asks by GraphQL, and back.
 */

const pullEveryMs = 30_000;

/** A connected machine account with one reservation whose thread is still empty. */
async function desk(options: TestAppOptions = {}) {
  const t = await testApp({ provider: connectivity, ...options });
  const simulator = t.simulator() as ConnectivitySimulator;
  simulator.switches.redelivery = 0;
  const thread = simulator.addConversation({ guestHasAccount: true }).externalId;
  const accountId = await t.connect();
  return { t, simulator, thread, accountId, id: await idOf(t, thread) };
}

/** Lets the queue be read until nothing waits there. */
async function pulled(t: TestApp): Promise<void> {
  await t.pass(pullEveryMs);
}

describe('a reservation whose guest writes', () => {
  it('is retrieved by the queue, confirmed once, and nothing is lost there', async () => {
    const { t, simulator, thread, id } = await desk();
    const written = ['Is there parking?', 'And a lift?', 'And a crib?'].map((body) =>
      simulator.guestWrites(thread, body),
    );
    await pulled(t);
    expect((await threadOf(t, id)).map((one) => one.externalId)).toEqual(written.toReversed());
    expect(simulator.calls.count({ operation: 'confirm' })).toBe(1);
    await pulled(t);
    expect(simulator.calls.count({ operation: 'confirm' })).toBe(1);
    expect(simulator.queue).toMatchObject({ waiting: 0 });
    expect(simulator.queue.lost()).toEqual([]);
  });

  it('shows the file that came with it, by an address of ours', async () => {
    const { t, simulator, thread, id } = await desk();
    participantSends(simulator, thread, 'Is this the door?', photo());
    await pulled(t);
    const [message] = await messagesWithFiles(t, id);
    expect(message).toMatchObject({ body: 'Is this the door?', sentBy: 'participant' });
    expect(message?.attachments).toHaveLength(1);
    expect(message?.attachments[0]?.url).toContain('http://parley.test/attachments/');
    const file = await opened(t, message?.attachments[0]?.url);
    expect(file).toMatchObject({ type: 'image/png' });
    expect(file.bytes.equals(photo())).toBe(true);
  });

  it('is tagged as read there when it is read here', async () => {
    const { t, simulator, thread, id } = await desk();
    simulator.guestWrites(thread, 'We arrive late');
    await pulled(t);
    expect(truthOf(simulator, thread).messages.at(-1)?.read).toBe(false);
    const { data } = await t.gql(MarkConversationReadDocument, { input: { conversationId: id } });
    expect(data.markConversationRead).toMatchObject({ conversation: { unreadCount: 0 }, errors: [] });
    expect(truthOf(simulator, thread).messages.at(-1)?.read).toBe(true);
    expect((await shown(t, id)).capabilities.markRead).toMatchObject({ mode: 'UPSTREAM' });
  });

  it('is answered, with a picture, once, and the echo in the queue is that same message', async () => {
    const { t, simulator, thread, id } = await desk();
    simulator.guestWrites(thread, 'Where is the key?');
    await pulled(t);
    const { attachment } = await upload(t, id, pictureFile('box.png'));
    const answer = await sends(t, { conversationId: id, body: 'In this box', attachmentIds: [attachment?.id ?? ''] });
    expect(answer).toMatchObject({ errors: [], warnings: [], message: { attachments: [{ name: 'box.png' }] } });
    expect(simulator.sent).toMatchObject([{ conversationExternalId: thread, body: 'In this box' }]);
    const files = simulator.attachments?.() ?? [];
    expect(simulator.sent[0]?.attachments).toEqual(files.map((file) => file.externalId));
    expect(files).toMatchObject([{ sentBy: 'us', contentType: 'image/png', name: 'box.png' }]);
    await pulled(t);
    const messages = await messagesWithFiles(t, id);
    expect(messages.map((one) => [one.sentBy, one.body])).toEqual([
      ['us', 'In this box'],
      ['participant', 'Where is the key?'],
    ]);
    expect(messages[0]?.attachments).toHaveLength(1);
    expect(await deliveryOf(t, answer.message?.id ?? '')).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });
  });

  it('and who has no account there gets the answer by mail, which is said', async () => {
    const { t, simulator } = await desk();
    const { externalId } = simulator.addConversation({ guestHasAccount: false, messages: 2 });
    await pulled(t);
    const id = await idOf(t, externalId);
    // Only the answer to a send tells, so the first cannot know.
    expect((await sends(t, { conversationId: id, body: 'Welcome' })).warnings).toEqual([]);
    await pulled(t);
    expect((await sends(t, { conversationId: id, body: 'Welcome again' })).warnings).toMatchObject([
      { code: 'GUEST_GETS_EMAIL' },
    ]);
  });
});

describe('a reservation that nobody has written about', () => {
  it('is there, empty, is begun by the property, and tagged as needing no reply and as needing one', async () => {
    const { t, simulator, id, thread } = await desk();
    expect(await inboxOf(t)).toMatchObject([{ id, externalId: thread, messages: { nodes: [] } }]);
    expect((await sends(t, { conversationId: id, body: 'Welcome! When do you arrive?' })).errors).toEqual([]);
    expect(truthOf(simulator, thread).messages).toMatchObject([{ sentBy: 'us', body: 'Welcome! When do you arrive?' }]);
    for (const noReplyNeeded of [true, false]) {
      const { data } = await t.gql(SetNoReplyNeededDocument, { input: { conversationId: id, noReplyNeeded } });
      expect(data.setNoReplyNeeded).toMatchObject({ conversation: { noReplyNeeded }, errors: [] });
      expect(simulator.stateOf?.(thread)).toMatchObject({ noReplyNeeded });
      await pulled(t);
      expect(await shown(t, id)).toMatchObject({ noReplyNeeded });
    }
  });

  it('is found by its own and its property’s number as soon as it is made, and by no other property’s', async () => {
    const { t, simulator } = await desk();
    const { externalId, conversationExternalIds } = simulator.addBooking({});
    const names = truthOf(simulator, conversationExternalIds[0] ?? '');
    expect(await found(t, { ...names, propertyExternalId: '999' })).toEqual([]);
    expect(await found(t, { ...names, bookingExternalId: '999' })).toEqual([]);
    const nodes = await found(t, names);
    expect(nodes).toMatchObject([
      { externalId: conversationExternalIds[0], booking: { externalId }, messages: { nodes: [] } },
    ]);
    await sends(t, { conversationId: nodes[0]?.id ?? '', body: 'Welcome' });
    await pulled(t);
    expect((await found(t, names)).map((one) => one.id)).toEqual([nodes[0]?.id]);
    expect(simulator.sent).toHaveLength(1);
  });
});

describe('a guest’s request for a check-in time', () => {
  const special = { kind: 'self-service', topic: 'checkin' } as const;
  const warningsOf = async (t: TestApp, id: string, body: string) =>
    (await sends(t, { conversationId: id, body })).warnings.map(({ code }) => code);

  it('is seen, and the first message after it is said to be its answer, and is', async () => {
    const { t, simulator, thread, id } = await desk();
    const asked = simulator.guestWrites(thread, 'I would like to check in at 14:00.', { special });
    await pulled(t);
    expect((await threadOf(t, id))[0]).toMatchObject({ externalId: asked, body: 'I would like to check in at 14:00.' });
    expect(simulator.stateOf?.(thread).openRequests).toEqual([asked]);
    expect(await warningsOf(t, id, 'Fine')).toEqual(['ANSWERS_SELF_SERVICE_REQUEST']);
    expect(simulator.stateOf?.(thread).openRequests).toEqual([]);
    await pulled(t);
    expect(await warningsOf(t, id, 'See you then')).toEqual([]);
  });

  it('that only the extranet can answer brings no such warning', async () => {
    const { t, simulator, thread, id } = await desk();
    const asked = simulator.guestWrites(thread, 'Other dates, please.', {
      special: { kind: 'self-service', topic: 'change_dates_nr' },
    });
    await pulled(t);
    expect(await warningsOf(t, id, 'We look into it')).toEqual([]);
    expect(simulator.stateOf?.(thread).openRequests).toEqual([asked]);
  });

  it('and a link in the answer are two things to know', async () => {
    const { t, simulator, thread, id } = await desk();
    simulator.guestWrites(thread, 'At 14:00?', { special });
    await pulled(t);
    expect((await warningsOf(t, id, 'Yes, see https://way.example')).sort()).toEqual([
      'ANSWERS_SELF_SERVICE_REQUEST',
      'LINKS_MAY_BE_REMOVED',
    ]);
  });
});

describe('a conversation whose window has closed', () => {
  const dayMs = 86_400_000;
  const longAgo = (t: TestApp) => ({
    createdAt: new Date(t.clock.now().getTime() - 90 * dayMs),
    checkIn: new Date(t.clock.now().getTime() - 60 * dayMs),
    messages: 2,
  });

  it('can be read, and neither written in nor given files; nothing reaches the property', async () => {
    const { t, simulator } = await desk();
    const { externalId } = simulator.addConversation(longAgo(t));
    await t.pass(6 * 3_600_000);
    const id = await idOf(t, externalId);
    expect((await shown(t, id)).capabilities).toMatchObject({
      reply: { allowed: false, blockedBy: 'read_only' },
      attach: { allowed: false, blockedBy: 'read_only' },
    });
    expect(await threadOf(t, id)).toHaveLength(2);
    const before = simulator.calls.count();
    expect((await sends(t, { conversationId: id, body: 'Hello?' })).errors).toMatchObject([{ code: 'READ_ONLY' }]);
    expect((await upload(t, id, pictureFile())).errors).toMatchObject([{ code: 'READ_ONLY' }]);
    expect(simulator.calls.count()).toBe(before);
    expect(simulator.sent).toEqual([]);
  });

  it('opens again when the guest writes', async () => {
    const { t, simulator } = await desk();
    const { externalId } = simulator.addConversation(longAgo(t));
    await t.pass(6 * 3_600_000);
    const id = await idOf(t, externalId);
    simulator.guestWrites(externalId, 'I forgot my umbrella');
    await pulled(t);
    expect((await shown(t, id)).capabilities.reply).toMatchObject({ allowed: true });
    expect((await sends(t, { conversationId: id, body: 'We have it' })).errors).toEqual([]);
    expect(simulator.sent).toMatchObject([{ body: 'We have it' }]);
  });
});

it('an event is told once for each message, whether we sent it or the guest did', async () => {
  const { t, simulator, thread, id } = await desk();
  simulator.guestWrites(thread, 'Hello');
  await pulled(t);
  await sends(t, { conversationId: id, body: 'Good day' });
  await pulled(t);
  const added = (await eventsOf(t)).flatMap((event) =>
    event.__typename === 'MessageAdded' ? [event.message?.body] : [],
  );
  expect(added).toEqual(['Hello', 'Good day']);
});
