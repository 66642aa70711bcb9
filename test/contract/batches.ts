import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import { brand } from '../../src/domain/ids.ts';
import type { ConversationKey } from '../../src/providers/contract.ts';
import { type Bench, callOf, openBench, type Subject } from './bench.ts';
import { openScene } from './trouble.ts';
import { truthfully } from './truth.ts';
import { keysOf, valueIn } from './walking.ts';

/** Many conversations at once. */
export function describeBatches(subject: Subject): void {
  const { batchSize, pageSize } = subject.module.limits;
  // Of a kind that no provider makes, with a right address and with none.
  const unknown = (key: ConversationKey): ConversationKey => ({ ...key, externalId: brand('no such conversation') });
  const astray: ConversationKey = { externalId: brand('no such conversation'), address: {} };
  const leastCalls = ({ simulator }: Bench, keys: readonly ConversationKey[]): number => {
    const asked = new Set<string | null>(keys.map((key) => key.externalId));
    const threads = simulator.conversations().filter((one) => asked.has(one.externalId));
    const messages = threads.reduce((sum, one) => sum + Math.min(pageSize, one.messages.length), 0);
    return subject.traits.leastCalls({ conversations: keys.length, messages });
  };
  const nowhere: ConversationKey = { externalId: null, address: { place: ['nowhere'], number: 5 } };

  describe('reads conversations in batches', () => {
    it('of as many as it says in one upstream call, or as few as its provider allows', async () => {
      const bench = openBench(subject, { size: batchSize + 5 });
      const keys = (await keysOf(bench)).slice(0, batchSize);
      await bench.adapter.conversations(keys.slice(0, 1), callOf());
      bench.simulator.calls.reset();
      const slots = await bench.adapter.conversations(keys, callOf());
      expect(slots.map((slot) => valueIn(slot).externalId)).toEqual(keys.map((key) => key.externalId));
      expect(bench.simulator.calls.count()).toBeLessThanOrEqual(leastCalls(bench, keys));
    });

    it('and threads, each with its newest page, in as few too', async () => {
      const bench = openBench(subject, { size: batchSize + 5 });
      const keys = (await keysOf(bench)).slice(0, batchSize);
      await bench.adapter.conversations(keys.slice(0, 1), callOf());
      bench.simulator.calls.reset();
      const pages = keys.map((conversation) => ({ conversation, older: null }));
      const slots = await bench.adapter.messages(pages, callOf());
      expect(bench.simulator.calls.count()).toBeLessThanOrEqual(leastCalls(bench, keys));
      const truth = new Map(bench.simulator.conversations().map((one) => [one.externalId, one.messages] as const));
      const newest = keys.map((key) => truth.get(key.externalId ?? '')?.slice(-pageSize));
      expect(slots.map((slot) => valueIn(slot).items.map(truthfully))).toEqual(newest);
    });

    it('that line up with their keys, in whatever order these come and however often', async () => {
      const { bench, keys } = await openScene(subject);
      const shuffled = [...keys.toReversed(), ...keys].slice(0, batchSize);
      const slots = await bench.adapter.conversations(shuffled, callOf());
      expect(slots.map((slot) => valueIn(slot).externalId)).toEqual(shuffled.map((key) => key.externalId));
      const pages = await bench.adapter.messages(
        shuffled.map((conversation) => ({ conversation, older: null })),
        callOf(),
      );
      const truth = new Map(bench.simulator.conversations().map((one) => [one.externalId, one.messages] as const));
      for (const [index, slot] of pages.entries()) {
        const thread = truth.get(shuffled[index]?.externalId ?? '')?.slice(-pageSize);
        expect(valueIn(slot).items.map(truthfully)).toEqual(thread);
      }
    });

    it('in which an unknown or senseless key fails alone', async () => {
      const { bench, keys } = await openScene(subject);
      const [first, second] = keys;
      if (!first || !second) throw new Error('there are no conversations');
      const mixed = [astray, first, unknown(second), nowhere, second];
      const conversations = await bench.adapter.conversations(mixed, callOf());
      const threads = await bench.adapter.messages(
        mixed.map((conversation) => ({ conversation, older: null })),
        callOf(),
      );
      for (const slots of [conversations, threads]) {
        expect(slots).toHaveLength(5);
        for (const slot of [slots[0], slots[2], slots[3]]) {
          if (slot?.ok) expect(slot.value).toBeNull();
          else expect(slot?.error).toBeInstanceOf(ProviderError);
        }
      }
      expect(valueIn(conversations[1]).externalId).toBe(first.externalId);
      expect(valueIn(conversations[4]).externalId).toBe(second.externalId);
      expect(valueIn(threads[4]).items.length).toBeGreaterThan(0);
    });

    it('that may be empty, and then ask nobody', async () => {
      const { bench } = await openScene(subject);
      expect(await bench.adapter.conversations([], callOf())).toEqual([]);
      expect(await bench.adapter.messages([], callOf())).toEqual([]);
      expect(bench.simulator.calls.count()).toBe(0);
    });

    it('and tells the same ids and the same texts the next time', async () => {
      const { bench, keys } = await openScene(subject);
      const read = async () => (await bench.adapter.conversations(keys, callOf())).map(valueIn);
      expect(await read()).toEqual(await read());
    });

    it('where a key without an id finds whatever hangs on its address', async () => {
      const { bench, keys } = await openScene(subject);
      const bare = keys.map((key) => ({ ...key, externalId: null }));
      const slots = await bench.adapter.conversations(bare, callOf());
      for (const [index, slot] of slots.entries()) expect(valueIn(slot).address).toEqual(keys[index]?.address);
    });

    it('and no longer tells of a conversation that is gone', async () => {
      const { bench, keys } = await openScene(subject);
      const [gone, kept] = keys;
      if (!gone || !kept) throw new Error('there are no conversations');
      bench.simulator.removeConversation(gone.externalId ?? '');
      const slots = await bench.adapter.conversations([gone, kept], callOf());
      if (slots[0]?.ok) expect(slots[0].value).toBeNull();
      expect(valueIn(slots[1]).externalId).toBe(kept.externalId);
    });
  });

  if (!subject.methods.has('bookings')) return;

  describe('reads bookings in batches', () => {
    it('that line up with their keys, where an unknown one fails alone', async () => {
      const { bench, bookings } = await openScene(subject);
      const stranger = { externalId: brand<never>('no such booking'), address: bookings[0]?.address ?? {} };
      const slots = (await bench.adapter.bookings?.([stranger, ...bookings.toReversed()], callOf())) ?? [];
      if (slots[0]?.ok) expect(slots[0].value).toBeNull();
      const told = slots.slice(1).map((slot) => valueIn(slot).externalId);
      expect(told).toEqual(bookings.toReversed().map((key) => key.externalId));
    });
  });
}
