import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { nameOf } from './estate.ts';
import { createWorld } from './world.ts';

const start = new Date('2026-03-02T09:00:00Z');
const make = (size?: number, seed = 1) => {
  const clock = createManualClock(start);
  return { clock, world: createWorld({ seed, clock, ...(size === undefined ? {} : { size }) }) };
};
const bodies = (world: ReturnType<typeof make>['world']) => [...world.messages.values()].map((message) => message.body);

describe('a seeded world', () => {
  it('is the same for the same seed and another for another', () => {
    expect(bodies(make().world)).toEqual(bodies(make().world));
    expect(bodies(make().world)).not.toEqual(bodies(make(40, 2).world));
  });

  it('has a few dozen threads in eight languages, about bookings and leads, some long enough to page', () => {
    const { world } = make();
    const threads = [...world.conversations.values()];
    expect(threads.length).toBeGreaterThan(40);
    expect(new Set([...world.guests.values()].map((guest) => guest.language)).size).toBe(8);
    expect(new Set(threads.map((thread) => thread.subjects[0]?.kind))).toEqual(new Set(['booking', 'lead']));
    expect(threads.filter((thread) => thread.messages.length > 60).length).toBeGreaterThan(1);
    // A reservation has its thread from the start, also where nobody has written yet.
    expect(threads.filter((thread) => thread.messages.length === 0)).toHaveLength(1);
  });

  it('has stays that are over, under way and to come', () => {
    const { world } = make();
    const today = '2026-03-02';
    const bookings = [...world.bookings.values()];
    expect(bookings.some((booking) => booking.checkOut < today)).toBe(true);
    expect(bookings.some((booking) => booking.checkIn <= today && booking.checkOut > today)).toBe(true);
    expect(bookings.some((booking) => booking.checkIn > today)).toBe(true);
  });

  it('keeps every thread in order, in the past, and with unread messages only at its end', () => {
    const { world } = make();
    for (const { messages, createdAt } of world.conversations.values()) {
      if (messages.length === 0) continue;
      const times = messages.map((message) => message.at.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(createdAt.getTime());
      expect(times.at(-1)).toBeLessThanOrEqual(start.getTime());
      const lastFromHost = messages.findLastIndex((message) => message.by === 'host');
      expect(messages.every((message, index) => message.read === index <= lastFromHost)).toBe(true);
    }
  });

  it('stands empty when asked to', () => {
    const { world } = make(0);
    expect(world.conversations.size + world.bookings.size).toBe(0);
    expect(world.listings.size).toBeGreaterThan(0);
  });

  it('makes 500 messages of history, and thousands of threads, without being asked twice', () => {
    const { world } = make(2000);
    expect(world.conversations.size).toBeGreaterThan(2000);
    expect(world.addConversation({ messages: 500, createdAt: new Date('2025-01-01') }).messages).toHaveLength(500);
  });
});

describe('writing', () => {
  it('tells listeners of every message, wherever it was written', () => {
    const { world } = make(0);
    const { id } = world.addConversation();
    const heard: string[] = [];
    const stop = world.onMessage((message) => heard.push(message.body));
    world.write(id, { by: 'guest', body: 'Hello' });
    stop();
    world.write(id, { by: 'host', body: 'Hi' });
    expect(heard).toEqual(['Hello']);
  });

  it('puts a message that arrives late where its time is', () => {
    const { world } = make(0);
    const { id, messages } = world.addConversation({ createdAt: new Date('2026-03-01') });
    world.write(id, { by: 'guest', body: 'second' });
    world.write(id, { by: 'guest', body: 'first', at: new Date('2026-03-01T10:00:00Z') });
    world.write(id, { by: 'guest', body: 'third' });
    expect(messages.map((message) => message.body)).toEqual(['first', 'second', 'third']);
  });

  it('gives a guest who joins a thread of their own, and takes it with them when they go', () => {
    const { world } = make(0);
    const booking = world.addBooking();
    const { id } = world.addGuest(booking.id);
    expect(world.conversationsOf({ kind: 'booking', id: booking.id })).toHaveLength(2);
    world.removeConversation(id);
    expect(world.conversationsOf({ kind: 'booking', id: booking.id })).toHaveLength(1);
    expect(world.bookings.get(booking.id)?.guestIds).toEqual(booking.guestIds);
    expect(() => world.write(id, { by: 'guest', body: 'Hello?' })).toThrow('no conversation 2');
  });
});

describe('guests', () => {
  it('answer in their own language, to what was said', () => {
    const { world } = make(0);
    const german = world.addConversation({ language: 'de' });
    expect(world.guestAnswer(german.id, 'Your parking space is number 14.')).toBe(
      'Genau das hatten wir gehofft. Danke!',
    );
    expect(world.guestAnswer(german.id, 'Dürfen wir Ihnen Frühstück bringen?')).toMatch(
      /Ja, sehr gern|melde mich|Nein danke/,
    );
    expect(world.guestAnswer(german.id, 'Bitte sehr!')).toMatch(/Vielen Dank|Alles klar|sehr nett/);
  });

  it('write unasked, in their own language', () => {
    const { world } = make(0);
    const japanese = world.addConversation({ language: 'ja' });
    expect(world.guestSays(japanese.id)).toMatch(/[ぁ-ん]/);
    const guest = world.guests.get(japanese.guestId);
    expect(guest && nameOf(guest)).toBe(`${guest?.lastName} ${guest?.firstName}`);
  });
});
