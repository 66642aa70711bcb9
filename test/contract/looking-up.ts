import { describe, expect, it } from 'vitest';
import { callOf, openBench, type Subject } from './bench.ts';
import { truthfully } from './truth.ts';
import { keyOf, lookUp, messagesIn, readBack } from './walking.ts';

/** The conversation of a booking, asked for by the booking. */
export function describeLookingUp(subject: Subject): void {
  if (!subject.methods.has('findConversation')) return;
  const { batchSize } = subject.module.limits;

  /** An estate with one thread, in a property that can be named. */
  const openPlace = (messages: number) => {
    const bench = openBench(subject, { size: 0 });
    const createdAt = new Date(bench.clock.now().getTime() - 3_600_000);
    const [listing] = [...bench.simulator.world.listings.values()];
    const listingId = listing?.id ?? 0;
    const truth = bench.simulator.addConversation({ createdAt, messages, listingId });
    const { propertyExternalId: property, bookingExternalId: booking } = truth;
    if (property === null || booking === null) throw new Error('the conversation hangs from nothing');
    const find = (of: { property: string; booking: string }) => bench.adapter.findConversation?.(of, callOf());
    return { bench, truth, property, booking, listingId, find };
  };

  describe('finds the conversation of a booking', () => {
    it('and how to read it, to its beginning', async () => {
      const { bench, truth, property, booking, find } = openPlace(12);
      const found = await find({ property, booking });
      if (!found) throw new Error('it was not found');
      expect([found.externalId, found.booking]).toEqual([truth.externalId, booking]);
      const [pages = []] = await readBack(bench.adapter, [keyOf(found)], batchSize);
      expect(messagesIn(pages).map(truthfully)).toEqual(truth.messages);
    });

    it('also where nobody has written yet, and then can write there first', async () => {
      const { bench, truth, property, booking, find } = openPlace(0);
      const found = await find({ property, booking });
      if (!found) throw new Error('it was not found');
      const message = { conversation: keyOf(found), body: 'The first word', attachments: [] };
      expect((await bench.adapter.send(message, callOf())).kind).toBe('accepted');
      expect(bench.simulator.sent).toMatchObject([
        { body: 'The first word', conversationExternalId: truth.externalId },
      ]);
      const again = await find({ property, booking });
      expect(again?.externalId).toBe(truth.externalId);
    });

    it('and tells of one that has not begun by its booking alone, or not at all, until it begins', async () => {
      const { bench, property, listingId, find } = openPlace(0);
      const { simulator, clock } = bench;
      const { externalId: booking } = simulator.addBooking({
        listingId,
        conversation: { afterMs: 60_000 },
        messages: 1,
      });
      const before = (await find({ property, booking })) ?? null;
      if (before) expect(before).toMatchObject({ externalId: null, booking });
      clock.advance(60_000);
      const begun = simulator.conversations().find((one) => one.bookingExternalId === booking);
      const found = await find({ property, booking });
      expect(begun).toBeDefined();
      expect(found?.externalId).toBe(begun?.externalId);
      if (!before) return;
      // Where it was said to be, it is.
      const [slot] = await bench.adapter.conversations([keyOf(before)], callOf());
      expect(slot).toMatchObject({ ok: true, value: { externalId: begun?.externalId } });
    });

    it('and finds none where booking and property do not belong together, or do not exist', async () => {
      const { bench, property, booking, find } = openPlace(3);
      const elsewhere = [...bench.simulator.world.listings.values()].find((one) => one.propertyId !== 1);
      const other = bench.simulator.addConversation({ ...(elsewhere && { listingId: elsewhere.id }) });
      const strange = [
        ...[
          { property, booking: '999' },
          { property: '999', booking },
          { property: 'no such', booking: 'thing' },
        ],
        ...[
          { property, booking: '' },
          { property: '../..', booking: '%2e%2e' },
        ],
        ...(other.propertyExternalId && other.propertyExternalId !== property
          ? [{ property: other.propertyExternalId, booking }]
          : []),
      ];
      for (const of of strange) {
        const found = await find(of)?.catch((error: unknown) => error);
        if (found instanceof Error) expect(found).toMatchObject({ name: 'ProviderError', provider: subject.module.id });
        else expect((found as { externalId: string | null } | null)?.externalId ?? null).toBeNull();
      }
    });

    it('and names it the same as the feed or the walk does', async () => {
      const bench = openBench(subject, { size: 20 });
      const truths = bench.simulator.conversations().filter((truth) => truth.bookingExternalId !== null);
      expect(truths.length).toBeGreaterThan(0);
      const found = await Promise.all(truths.map((truth) => lookUp(bench.adapter, truth)));
      // A booking of several guests has a conversation with each.
      const threads = Map.groupBy(truths, (truth) => truth.bookingExternalId);
      for (const [index, one] of found.entries()) {
        const known = threads.get(truths[index]?.bookingExternalId ?? null)?.map((truth) => truth.externalId);
        expect(known).toContain(one?.externalId);
      }
    });
  });
}
