import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import list from './fixtures/list.json' with { type: 'json' };
import { conversationId, guestId, propertyVoice } from './fixtures/scripted-booking.ts';
import thread from './fixtures/thread.json' with { type: 'json' };
import { conversationOf, sideOf } from './map.ts';
import { finestTime, ticksOf } from './uuid-time.ts';
import { flag, momentOf, name } from './wire.ts';

const threadRaw: JsonObject = thread.data.conversation;
const read = (changes: JsonObject = {}) => conversationOf({ ...threadRaw, ...changes }, '7000001');
const participants = (guestKind: string, propertyKind: string, id: string | number) => [
  { participant_id: propertyVoice, metadata: { type: propertyKind, id } },
  { participant_id: guestId, metadata: { type: guestKind } },
];
const message = (fields: JsonObject) => ({ message_id: 'm1', sender_id: guestId, content: 'Hi', ...fields });

describe('a conversation', () => {
  test('is read with its place, its guest, its reservation and its tag', () => {
    expect(read()?.conversation).toMatchObject({
      externalId: conversationId,
      address: { property: '7000001', type: 'reservation', reference: '4000000001', us: propertyVoice },
      participant: { externalId: guestId, name: 'Made Up Guest', email: null },
      booking: '4000000001',
      lead: null,
      noReplyNeeded: true,
      facts: { canReply: true, replyBlockedBy: null },
    });
  });

  test('is the same whether ids are numbers or texts and kinds are spelled one way or another', () => {
    const spellings = [
      read({ conversation_reference: 4000000001, participants: participants('guest', 'property', 7000001) }),
      read({ participants: participants('GUEST', 'hotel', '7000001') }),
      read({ participants: participants('Guest', 'PROPERTY', '7000001').toReversed() }),
    ];
    for (const one of spellings) {
      expect(one?.conversation.address).toEqual(read()?.conversation.address);
      expect(one?.conversation.participant?.externalId).toBe(guestId);
      expect(one?.messages.map(({ sentBy }) => sentBy)).toEqual(['participant', 'us']);
    }
  });

  test('says that it is read only', () => {
    const facts = read({ access: 'read_only' })?.conversation.facts;
    expect(facts).toMatchObject({ canReply: false, replyBlockedBy: 'read_only' });
    expect(read({ access: 'something_new' })?.conversation.facts).toMatchObject({ canReply: true });
    expect(read({ access: null, messages: [] })?.conversation.facts).toBeNull();
  });

  test('is about a request until that is a reservation', () => {
    const request = read({ conversation_type: 'request_to_book', conversation_reference: 'bro-1' })?.conversation;
    expect(request).toMatchObject({ booking: null, lead: 'bro-1' });
    expect(read({ conversation_type: 'other', conversation_reference: 'x' })?.conversation).toMatchObject({
      booking: null,
      lead: null,
    });
  });

  test('needs nothing but its id', () => {
    expect(conversationOf({ conversation_id: 'c1' }, '7')?.conversation).toMatchObject({
      ...{ externalId: 'c1', address: { property: '7' }, participant: null, booking: null, noReplyNeeded: null },
    });
    for (const raw of [{}, { conversation_id: '' }, null, 7, []]) expect(conversationOf(raw, '7')).toBeNull();
  });

  test('without messages is one without messages', () => {
    const empty: JsonObject = { ...list.data.conversations[1] };
    expect(conversationOf(empty, '7000001')?.messages).toEqual([]);
  });
});

describe('a message of a thread', () => {
  test('is ours or theirs by the kind of its sender, and nobody’s where that is not known', () => {
    const senders = [guestId, propertyVoice, 'stranger', null];
    const sides = senders.map((sender_id) => read({ messages: [message({ sender_id })] })?.messages[0]?.sentBy);
    expect(sides).toEqual(['participant', 'us', null, null]);
  });

  test('is read where it is tagged as read for us, not for the guest', () => {
    const readOf = (tags: JsonObject | null) => read({ messages: [message({ tags })] })?.messages[0]?.read;
    expect(readOf({ read: { set: true, participants: [propertyVoice] } })).toBe(true);
    expect(readOf({ read: { set: true, participants: [guestId] } })).toBe(false);
    expect(readOf({ read: { set: 'false' } })).toBe(false);
    expect(readOf({ read: { set: true } })).toBe(true);
    expect([readOf(null), readOf({}), readOf({ read: true })]).toEqual([null, null, null]);
  });

  test('keeps its kind, also one that is not known, and is automated where a template sent it', () => {
    const of = (message_type: string | null) => read({ messages: [message({ message_type })] })?.messages[0];
    expect(of('automatically_sent_template')).toMatchObject({ kind: 'automatically_sent_template', automated: true });
    expect(of('free_text')).toMatchObject({ automated: false, channel: null });
    expect(of('email')).toMatchObject({ kind: 'email', automated: false });
    expect(of('brand_new')).toMatchObject({ kind: 'brand_new' });
    expect(of(null)).toMatchObject({ kind: null, automated: null });
  });

  test('names its attachments under either name', () => {
    const of = (fields: JsonObject) => read({ messages: [message(fields)] })?.messages[0]?.attachments;
    expect(of({ attachment_ids: ['a', 7] })).toMatchObject([{ externalId: 'a' }, { externalId: '7' }]);
    expect(of({ attachment_files_uuid: ['b'] })).toMatchObject([{ externalId: 'b' }]);
    expect([of({}), of({ attachment_ids: null })]).toEqual([[], []]);
  });

  test('without an id is passed over, told twice is told once, and the oldest is first', () => {
    expect(read()?.messages.map(({ body }) => body)).toEqual(['Is there parking near the house?', 'Yes, two spaces.']);
    const twice = [...thread.data.conversation.messages, ...thread.data.conversation.messages];
    expect(read({ messages: twice })?.messages).toEqual(read()?.messages);
    expect(read({ messages: twice.toReversed() })?.messages).toEqual(read()?.messages);
  });

  test('of one millisecond with another stands in the order in which their ids were made', () => {
    const timestamp = '2026-03-14T09:26:53.589Z';
    const earlier = message({ message_id: 'f02f8c50-1f87-11f1-94f2-6513269e0d37', timestamp });
    const later = message({ message_id: 'f02f8c51-1f87-11f1-94f2-6513269e0d37', timestamp });
    const ids = [earlier, later].map(({ message_id }) => message_id);
    for (const messages of [
      [earlier, later],
      [later, earlier],
    ])
      expect(read({ messages })?.messages.map(({ externalId }) => externalId)).toEqual(ids);
  });
});

describe('time', () => {
  test('is the id’s, where that holds one and agrees with what is told', () => {
    const id = 'f02f8c50-1f87-11f1-94f2-6513269e0d37';
    const made = new Date('2026-03-14T09:26:53.589Z');
    expect(finestTime(id, new Date('2026-03-14T09:26:53.000Z'))).toEqual(made);
    expect(finestTime(id, made)).toEqual(made);
    expect(finestTime(id, null)).toEqual(made);
    const other = new Date('2026-03-14T09:27:00.000Z');
    expect(finestTime(id, other)).toEqual(other);
    expect(finestTime('8586a789', other)).toEqual(other);
    expect(ticksOf(conversationId)).toBeNull();
  });

  test('is UTC without a zone, and Java’s zones are no trouble', () => {
    const moments = {
      '2020-08-18T14:59:26.41': '2020-08-18T14:59:26.410Z',
      '2020-08-18T14:59:26Z': '2020-08-18T14:59:26.000Z',
      '2020-08-18T14:59:26.123456Z': '2020-08-18T14:59:26.123Z',
      '2021-01-01T14:52:38.860Z[GMT]': '2021-01-01T14:52:38.860Z',
      '2021-01-01T14:52:38+02:00[Europe/Paris]': '2021-01-01T12:52:38.000Z',
      '2026-03-14T09:26:53+00:00': '2026-03-14T09:26:53.000Z',
    };
    for (const [text, iso] of Object.entries(moments)) expect(momentOf(text)?.toISOString()).toBe(iso);
    for (const text of ['', 'soon', '2026-13-01T00:00:00Z', '14/03/2026']) expect(momentOf(text)).toBeNull();
  });
});

test('flags, ids and kinds are read in every spelling', () => {
  expect(['true', 'True', true].map((value) => flag.parse(value))).toEqual([true, true, true]);
  expect(['false', false, 'yes', 1, null].map((value) => flag.parse(value))).toEqual([false, false, null, null, null]);
  expect(['a', 7, '', null, {}, Number.NaN].map((value) => name.parse(value))).toEqual([
    'a',
    '7',
    null,
    null,
    null,
    null,
  ]);
  const kinds = ['property', 'Hotel', 'GUEST', 'guest', 'robot', null];
  expect(kinds.map(sideOf)).toEqual(['us', 'us', 'participant', 'participant', null, null]);
});
