import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import attachments from './fixtures/attachments.json' with { type: 'json' };
import bookings from './fixtures/bookings.json' with { type: 'json' };
import conversations from './fixtures/conversations.json' with { type: 'json' };
import messages from './fixtures/messages.json' with { type: 'json' };
import participants from './fixtures/participants.json' with { type: 'json' };
import { only } from './fixtures/scripted-bookingsync.ts';
import { bookingOf, conversationOf, fileOf, leadOf, messageOf, type Names, withNewest } from './map.ts';
import { wireBooking, wireConversation, wireMessage, wireParticipant } from './wire.ts';

const conversation = only(conversations.conversations);
const message = only(messages.messages);
const booking = only(bookings.bookings);
const host = only(participants.participants);
const guest = {
  ...host,
  id: 61,
  read_at: '2026-03-05T00:00:00Z',
  links: { conversation: 70, member: { id: 37, type: 'Client' } },
};
const names: Names = {
  guest: (id) => ({ externalId: id as never, name: 'Mara Lindqvist', email: null }),
  assignee: (id) => ({ externalId: id, name: 'Noor Haddad' }),
  channels: { 65: 'airbnb' },
};

const told = (change: JsonObject = {}, hostId?: string) => {
  const raw = { ...conversation, participants: [guest, host], ...change };
  return conversationOf(wireConversation.parse(raw), raw, { names, hostId });
};
const linked = (change: JsonObject) => ({ links: { ...(conversation.links as JsonObject), ...change } });
const said = (change: JsonObject = {}, sender: JsonObject | null = guest) => {
  const wire = wireMessage.parse({ ...message, ...change });
  return messageOf(wire, message, { sender: sender && wireParticipant.parse(sender), attachments: new Map() });
};

describe('a conversation', () => {
  it('is told as the documents show it, with where it is and who of ours is in it', () => {
    expect(told()).toMatchObject({
      ...{ externalId: '70', channel: 'airbnb', subject: null, booking: '900', lead: null, closedAt: null },
      address: { conversation: '70', booking: '900', us: '62', channel: 'airbnb' },
      participant: { externalId: '37', name: 'Mara Lindqvist' },
      ...{ assignee: null, readUpTo: null, newest: null, noReplyNeeded: null },
      facts: { canReply: true, replyBlockedBy: null },
    });
  });

  it('whose channel is not told has that of the application that made it, wherever that is named', () => {
    const bare = { default_channel: null, created_by_id: null, created_by_type: null };
    const creator = { created_by_id: 65, created_by_type: 'Doorkeeper::Application' };
    for (const change of [
      { default_channel: null },
      { ...bare, ...linked({ created_by: { id: 65, type: 'Doorkeeper::Application' } }) },
      { ...bare, ...linked(creator) },
    ])
      expect(told(change).channel).toBe('airbnb');
    expect(told(bare).channel).toBeNull();
  });

  it('of an unknown channel cannot be answered once its messages tell none either, and lists leave that open', () => {
    const open = told({ default_channel: null, created_by_id: null });
    expect(open.facts).toMatchObject({ canReply: null, replyBlockedBy: null });
    const silent = withNewest(open, { items: [said({ channel: null })], older: null });
    expect(silent.facts).toMatchObject({ canReply: false, replyBlockedBy: 'no_channel' });
    const note = said({ visibility: 'internal', channel: 'email' });
    expect(withNewest(open, { items: [note], older: null }).facts?.canReply).toBe(false);
    expect(withNewest(open, { items: [said()], older: null }).facts?.canReply).toBe(true);
  });

  it('is read as far as any of ours has looked, and not as far as the guest', () => {
    const looked = { ...host, read_at: '2026-03-04T00:00:00Z' };
    expect(told({ participants: [guest, looked], read_at: '2026-03-03T00:00:00Z' }).readUpTo).toEqual(
      new Date('2026-03-04T00:00:00Z'),
    );
    expect(told({ read_at: '2026-03-03T00:00:00Z' }).readUpTo).toEqual(new Date('2026-03-03T00:00:00Z'));
  });

  it('is written in as the host that was set, else as the one who came first', () => {
    const other = { ...host, id: 100, links: { conversation: 70, member: { id: 9, type: 'Host' } } };
    const people = { participants: [other, guest, host] };
    expect(told(people).address.us).toBe('62');
    expect(told(people, '9').address.us).toBe('100');
    expect(told(people, '12').address.us).toBe('62');
    expect(told({ participants: [guest] }, '9').address).not.toHaveProperty('us');
  });

  it('about an inquiry is a lead as long as there is no booking', () => {
    const asked = told(linked({ bookings: [], inquiries: [7] }));
    expect(asked).toMatchObject({ booking: null, lead: '7', address: { inquiry: '7' } });
    expect(told(linked({ bookings: [900, 901], inquiries: [7] }))).toMatchObject({ booking: '900', lead: null });
  });

  it('shows who looks after it', () => {
    expect(told(linked({ assignee: 8 })).assignee).toEqual({ externalId: '8', name: 'Noor Haddad' });
  });

  it('survives whatever is missing, and keeps no copy of its messages', () => {
    const raw = { id: '70', messages: [message] };
    const bare = conversationOf(wireConversation.parse(raw), raw, { names, hostId: undefined });
    expect(bare).toMatchObject({ externalId: '70', participant: null, channel: null, booking: null });
    expect(bare.raw).toEqual({ id: '70' });
    for (const links of [null, 7, [], { bookings: 'x', participants: {} }])
      expect(told({ links } as JsonObject)).toMatchObject({ externalId: '70', booking: null });
  });
});

describe('a message', () => {
  it('is told as the documents show it', () => {
    expect(said()).toMatchObject({
      ...{ externalId: '501', body: 'Is parking included?', channel: 'airbnb', kind: 'airbnb_message' },
      ...{ sentAt: new Date('2026-03-02T09:14:05Z'), sentBy: 'participant' },
      ...{ read: null, urgent: null, priority: null, automated: null, attachments: [] },
    });
  });

  it('without a time of sending has that of its making', () => {
    expect(said({ sent_at: null }).sentAt).toEqual(new Date('2026-03-02T09:14:09Z'));
    expect(said({ sent_at: null, created_at: 'soon' }).sentAt).toBeNull();
  });

  it('is ours or theirs by its sender, and nobody knows where that is unknown', () => {
    expect(said({}, host).sentBy).toBe('us');
    expect(said({}, null).sentBy).toBeNull();
    expect(said({}, { id: 1, links: { member: { id: 2, type: 'Robot' } } }).sentBy).toBeNull();
  });

  it('that the guest never sees is a note of ours, whoever is named as its sender', () => {
    expect(said({ visibility: 'internal' })).toMatchObject({ kind: 'internal', sentBy: 'us' });
    expect(said({ visibility: 'all' })).toMatchObject({ kind: 'airbnb_message', sentBy: 'participant' });
  });

  it('of a channel that nobody has heard of is told all the same', () => {
    expect(said({ channel: 'vrbo', origin: 'pigeon' })).toMatchObject({ channel: 'vrbo', kind: 'pigeon' });
  });

  it('names its files, described or not', () => {
    const item = only(attachments.attachments);
    const file = fileOf(item);
    const wire = wireMessage.parse({ ...message, links: { attachments: [31, 32] } });
    const files = new Map(file ? [['31', file]] : []);
    expect(messageOf(wire, message, { sender: null, attachments: files }).attachments).toEqual([
      { externalId: '31', name: 'plan.png', contentType: 'image/png', size: 20480 },
      { externalId: '32', name: null, contentType: null, size: null },
    ]);
  });
});

describe('what conversations hang from', () => {
  it('is told of a booking as the documents show it', () => {
    expect(bookingOf(wireBooking.parse(booking), booking, 'Harbour Loft')).toMatchObject({
      ...{ externalId: '900', address: { booking: '900' }, status: 'Booked', confirmationCode: '0000QX' },
      ...{ checkIn: '2026-04-10', checkOut: '2026-04-14', guestsCount: 2 },
      ...{ propertyExternalId: '16', propertyName: 'Harbour Loft' },
    });
  });

  it('is told of a booking as far as a public token sees it', () => {
    const { id, start_at, end_at, status, reference } = booking;
    const seen = { id, start_at, end_at, status, reference, links: { rental: 16 } } as JsonObject;
    const wire = wireBooking.parse(seen);
    expect(wire.conversations).toEqual([]);
    expect(bookingOf(wire, seen, null)).toMatchObject({ guestsCount: null, confirmationCode: '0000QX' });
  });

  it('is told of an inquiry, without the name of one who asked to be forgotten', () => {
    const raw = { id: 7, firstname: 'Mara', email: 'mara@example.test', adults: 2, children: 1, links: { rental: 16 } };
    const rentals = new Map([['16', 'Harbour Loft']]);
    expect(leadOf(raw, rentals)).toMatchObject({
      ...{ externalId: '7', address: { inquiry: '7' }, guestsCount: 3, propertyName: 'Harbour Loft' },
      ...{ contactName: 'Mara', contactEmail: 'mara@example.test' },
    });
    const forgotten = leadOf({ ...raw, forget_me_at: '2026-03-01T00:00:00Z' }, rentals);
    expect(forgotten).toMatchObject({ contactName: null, contactEmail: null });
    expect(leadOf({ firstname: 'Mara' }, rentals)).toBeNull();
  });
});
