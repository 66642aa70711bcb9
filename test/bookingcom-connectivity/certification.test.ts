import { describe, expect, test } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { bookingcomConnectivity } from '../../src/providers/bookingcom-connectivity/index.ts';
import {
  call,
  conversationsIn,
  drain,
  keyOf,
  messagesIn,
  openThread,
  sweep,
  visit,
  wholeThread,
} from './connectivity-visit.ts';

/*
 * The flows of Booking.com's self-certification ("Understanding the messaging API", "Use cases and best practices"), and what the
 * simulator's truth says of each.
 */

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

describe('a reservation whose guest writes', () => {
  test('is retrieved with its file, tagged as read, and answered', async () => {
    const { adapter, simulator, clock, requestIds } = visit({}, { size: 3 });
    const { externalId } = openThread({ simulator, clock });
    await sweep(adapter);
    const file =
      simulator.addAttachment?.(externalId, { name: 'door.png', contentType: 'image/png', bytes: png }) ?? '';
    const asked = simulator.guestWrites(externalId, 'Is this the door?', { attachments: [file] });
    const { events } = await drain(adapter);
    const message = messagesIn(events).find((one) => one.externalId === asked);
    expect(message?.attachments).toMatchObject([{ externalId: file }]);
    const conversation = conversationsIn(events).get(externalId);
    if (!conversation) throw new Error('the conversation was not told');
    const got = await adapter.download?.(brand(file), conversation, call);
    expect(new Uint8Array(await new Response(got?.body).arrayBuffer())).toEqual(png);
    await adapter.markRead?.(conversation, [brand(asked)], call);
    expect(
      simulator
        .conversations()
        .find((one) => one.externalId === externalId)
        ?.messages.at(-1)?.read,
    ).toBe(true);
    const outcome = await adapter.send({ conversation, body: 'It is.', attachments: [] }, call);
    expect(outcome).toMatchObject({ kind: 'accepted', id: simulator.sent[0]?.messageExternalId });
    // Every request has a name to show: the token's too.
    expect(requestIds).toHaveLength(simulator.calls.count());
    expect(new Set(requestIds).size).toBe(requestIds.length);
  });
});

describe('a reservation that nobody has written about', () => {
  test('is retrieved empty, begun by us, and tagged as needing no reply', async () => {
    const { adapter, simulator } = visit({}, { size: 0 });
    const { externalId: booking } = simulator.addBooking({});
    const truth = simulator.conversations().find((one) => one.bookingExternalId === booking);
    const property = truth?.propertyExternalId ?? '';
    const found = await adapter.findConversation?.({ property, booking }, call);
    expect(found).toMatchObject({ externalId: truth?.externalId, newest: { items: [], older: null } });
    if (!found) throw new Error('it was not found');
    const conversation = { externalId: found.externalId, address: found.address };
    expect((await adapter.send({ conversation, body: 'Welcome!', attachments: [] }, call)).kind).toBe('accepted');
    expect((await wholeThread(adapter, conversation)).map(({ body }) => body)).toEqual(['Welcome!']);
    for (const value of [true, false, true]) {
      await adapter.setNoReplyNeeded?.(conversation, value, call);
      expect(simulator.stateOf?.(truth?.externalId ?? '').noReplyNeeded).toBe(value);
      expect(await adapter.conversations([conversation], call)).toMatchObject([{ value: { noReplyNeeded: value } }]);
    }
  });

  test('is not found before it has begun, nor in another property', async () => {
    const { adapter, simulator, clock } = visit({ conversationAfterMs: 5000 }, { size: 0 });
    const { externalId: booking } = simulator.addBooking({});
    clock.advance(4000);
    const { propertyIds } = simulator.credentials as { propertyIds: readonly string[] };
    const all = () =>
      Promise.all(propertyIds.map((property) => adapter.findConversation?.({ property, booking }, call)));
    expect(await all()).toEqual(propertyIds.map(() => null));
    clock.advance(1000);
    expect((await all()).filter(Boolean)).toHaveLength(1);
    const elsewhere = adapter.findConversation?.({ property: '1', booking }, call);
    await expect(elsewhere).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a structured request', () => {
  test('is seen, warned of, and answered by the first message', async () => {
    const { adapter, simulator, clock } = visit({}, { size: 0 });
    const truth = openThread({ simulator, clock });
    const id = simulator.guestWrites(truth.externalId, 'I would like to check in at 22:00', {
      special: { kind: 'self-service', topic: 'checkin' },
    });
    const factsOf = async () => {
      const [slot] = await adapter.conversations([keyOf(truth)], call);
      return (slot?.ok && slot.value?.facts) || null;
    };
    const thread = await wholeThread(adapter, keyOf(truth));
    expect(thread.at(-1)).toMatchObject({ externalId: id, kind: 'self_service_event' });
    const warn = async () => bookingcomConnectivity.warn?.({ body: 'Fine.' }, await factsOf());
    expect(await warn()).toEqual(['ANSWERS_SELF_SERVICE_REQUEST']);
    expect(simulator.stateOf?.(truth.externalId).openRequests).toEqual([id]);
    await adapter.send({ conversation: keyOf(truth), body: 'Fine.', attachments: [] }, call);
    expect(simulator.stateOf?.(truth.externalId).openRequests).toEqual([]);
    expect(await warn()).toEqual([]);
  });
});

describe('bad input', () => {
  test('is refused with its kind, and changes nothing', async () => {
    const { adapter, simulator, clock } = visit({ sniffsUploads: true }, { size: 3 });
    const truth = openThread({ simulator, clock });
    const conversation = keyOf(truth);
    const file = { conversation, name: 'a.png', contentType: 'image/png', bytes: png };
    const before = { sent: simulator.sent.length, files: simulator.attachments?.().length };
    const huge = new Uint8Array(10_000_001);
    await expect(adapter.upload?.({ ...file, bytes: huge }, call)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(adapter.upload?.({ ...file, contentType: 'image/gif' }, call)).rejects.toMatchObject({
      kind: 'invalid',
    });
    const lying = { ...file, bytes: new Uint8Array(Buffer.from('<html>not a picture')) };
    await expect(adapter.upload?.(lying, call)).rejects.toMatchObject({ kind: 'invalid' });
    const other = openThread({ simulator, clock });
    const foreign = simulator.addAttachment?.(other.externalId, {
      by: 'us',
      name: 'x.png',
      contentType: 'image/png',
      bytes: png,
    });
    const outcomes = [
      { conversation, body: '', attachments: [brand<never>('a')] },
      { conversation, body: 'See this', attachments: [brand<never>(foreign ?? '')] },
      { conversation, body: 'See this', attachments: [brand<never>('no such file')] },
      {
        conversation: { ...conversation, address: { ...conversation.address, property: '1' } },
        body: 'Hi',
        attachments: [],
      },
    ];
    for (const message of outcomes) expect(await adapter.send(message, call)).toMatchObject({ kind: 'rejected' });
    expect({ sent: simulator.sent.length, files: (simulator.attachments?.().length ?? 0) - 1 }).toEqual(before);
  });

  test('includes a conversation that is read only, or gone', async () => {
    for (const readOnlySend of [403, 400] as const) {
      const { adapter, simulator, clock } = visit({ readOnlySend }, { size: 0 });
      const truth = openThread({ simulator, clock });
      clock.advance(200 * 86_400_000);
      expect(await adapter.conversations([keyOf(truth)], call)).toMatchObject([
        { value: { facts: { canReply: false, replyBlockedBy: 'read_only' } } },
      ]);
      const outcome = await adapter.send({ conversation: keyOf(truth), body: 'Hello?', attachments: [] }, call);
      expect(outcome).toMatchObject({
        kind: 'rejected',
        error: { kind: readOnlySend === 403 ? 'forbidden' : 'invalid' },
      });
      simulator.guestWrites(truth.externalId, 'I left my hat');
      expect((await adapter.send({ conversation: keyOf(truth), body: 'We have it', attachments: [] }, call)).kind).toBe(
        'accepted',
      );
      simulator.removeConversation(truth.externalId);
      expect(await adapter.conversations([keyOf(truth)], call)).toEqual([{ ok: true, value: null }]);
    }
  });
});
