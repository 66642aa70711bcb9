import { expect, test } from 'vitest';
import thread from './fixtures/booking-conversation.json' with { type: 'json' };
import bookings from './fixtures/bookings.json' with { type: 'json' };
import leads from './fixtures/leads.json' with { type: 'json' };
import { addressOf, bookingOf, conversationOf, eventsOf, leadOf, messageOf, targetOf } from './map.ts';
import { momentOf, readList } from './wire.ts';

const booking = bookings.data.bookings.search.edges[0]?.node ?? null;
const lead = leads.data.crm.leads.search.edges[0]?.node ?? null;
const conversation = thread.data.bookings.booking.converation;
const [newer = null] = readList(conversation.messages).items;

test('a message keeps all ten fields and its text as received', () => {
  expect(messageOf(newer)).toEqual({
    externalId: 'ms_1',
    body: 'Is parking included?',
    automated: false,
    channel: 'email',
    sentAt: new Date('2026-03-02T09:14:05Z'),
    sentBy: 'participant',
    read: false,
    urgent: false,
    priority: 0,
    snoozeUntil: null,
    kind: null,
    attachments: [],
    raw: newer,
  });
});

test('a message of which only the id is told is still a message', () => {
  expect(messageOf({ id: 7 })).toMatchObject({ externalId: '7', body: null, sentAt: null, sentBy: null, read: null });
});

test('fields of unexpected types read as null, not as a failure', () => {
  const odd = { id: 'm', body: {}, read: 'yes', priority: '3', sentAt: 'soon', sentBy: 'US', urgent: 1, channel: 5 };
  const expected = { body: null, read: null, priority: 3, sentAt: null, sentBy: 'us', urgent: null, channel: '5' };
  expect(messageOf(odd)).toMatchObject(expected);
});

test('a message without an id cannot be read', () => {
  for (const raw of [{ body: 'x' }, { id: null }, { id: '' }, 'text', null, []]) expect(messageOf(raw)).toBeNull();
});

test('a conversation tells its participant and what it hangs from, and keeps no messages in its raw form', () => {
  expect(conversationOf(conversation, { subject: 'booking', id: 'bk_7001' }, null)).toMatchObject({
    externalId: 'cv_9001',
    address: { booking: 'bk_7001' },
    participant: { externalId: 'pt_31', name: 'Mara Lindqvist', email: 'mara@example.test' },
    booking: 'bk_7001',
    lead: null,
    newest: null,
    raw: { id: 'cv_9001', participant: conversation.participant },
  });
});

test('a participant without an id is still a participant', () => {
  const raw = { id: 'cv_1', participant: { name: 'Mara' } };
  expect(conversationOf(raw, { subject: 'lead', id: 'ld_1' }, null)).toMatchObject({
    participant: { externalId: null, name: 'Mara', email: null },
    lead: 'ld_1',
    booking: null,
  });
});

test('a booking is read with its days, and its listing stands for the property', () => {
  expect(bookingOf(booking)).toEqual({
    externalId: 'bk_7001',
    address: { booking: 'bk_7001' },
    status: 'confirmed',
    confirmationCode: 'ZX41QP',
    checkIn: '2026-04-10',
    checkOut: '2026-04-14',
    guestsCount: 2,
    propertyName: null,
    propertyExternalId: 'ls_55',
    raw: booking,
  });
});

test('a lead is read with its contact and its building', () => {
  expect(leadOf(lead)).toEqual({
    externalId: 'ld_88',
    address: { lead: 'ld_88' },
    status: 'pending',
    reference: 'LD-000088',
    checkIn: '2026-06-01',
    checkOut: '2027-05-31',
    guestsCount: 1,
    contactName: 'Ivo Pereira',
    contactEmail: 'ivo@example.test',
    propertyName: 'Northgate House',
    raw: lead,
  });
});

test('a listed booking gives every one of its conversations, whatever the form of the field', () => {
  const guests = [{ id: 'cv_1' }, { id: 'cv_2' }, { id: 'cv_3' }];
  const forms = [guests, { nodes: guests }, { edges: guests.map((node) => ({ node })) }];
  for (const field of forms) {
    const events = eventsOf('booking', { id: 'bk_1', conversations: field }, 'conversations');
    expect(events.map(({ type }) => type)).toEqual(['booking', 'conversation', 'conversation', 'conversation']);
  }
  expect(eventsOf('booking', { id: 'bk_1', conversation: null }, 'conversation')).toHaveLength(1);
});

test('what cannot be read is told as unreadable and holds nothing else up', () => {
  expect(eventsOf('booking', { status: 'confirmed' }, null)).toMatchObject([{ type: 'unreadable' }]);
  expect(eventsOf('lead', 'nonsense', null)).toMatchObject([{ type: 'unreadable', raw: 'nonsense' }]);
  const mixed = eventsOf('lead', { id: 'ld_1', conversations: [{ participant: null }, { id: 5 }] }, 'conversations');
  expect(mixed.map(({ type }) => type)).toEqual(['lead', 'unreadable', 'conversation']);
});

test('an address leads back to what it was made from, and a foreign one leads nowhere', () => {
  for (const target of [
    { subject: 'booking', id: 'bk_1' },
    { subject: 'lead', id: 'ld_1' },
  ] as const)
    expect(targetOf(addressOf(target))).toEqual(target);
  for (const address of [{}, { booking: 5 }, { lead: '' }, { reservation: 'x' }]) expect(targetOf(address)).toBeNull();
});

test('times are read with or without milliseconds and zone; without a zone they are UTC', () => {
  const same = ['2026-03-02T09:14:05Z', '2026-03-02T09:14:05', '2026-03-02T10:14:05+01:00', '2026-03-02 09:14:05 UTC'];
  for (const text of same) expect(momentOf(text)).toEqual(new Date(Date.UTC(2026, 2, 2, 9, 14, 5)));
  expect(momentOf('2026-03-02T09:14:05.123456Z')).toEqual(new Date(Date.UTC(2026, 2, 2, 9, 14, 5, 123)));
  expect(momentOf('2026-03-02')).toEqual(new Date(Date.UTC(2026, 2, 2)));
  for (const text of ['', 'soon', '2026', '2026-13-40', '2026-03-02T99:99']) expect(momentOf(text)).toBeNull();
});

test('days are cut from moments as they are written, and are null where they are none', () => {
  const days = { id: 'bk', checkIn: '2026-04-10T15:00:00+02:00', checkOut: 'later' };
  expect(bookingOf(days)).toMatchObject({ checkIn: '2026-04-10', checkOut: null });
});
