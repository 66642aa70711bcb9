import { describe, expect, it } from 'vitest';
import { openBench, type Subject } from './bench.ts';
import { everythingTold, everythingTrue } from './truth.ts';
import { discover } from './walking.ts';

/** So many that every walk takes several steps. */
const SIZE = 130;

/** Everything there is: by the walk, by the change feed, or both. */
export function describeFinding(subject: Subject): void {
  describe('finds everything', () => {
    it('with its threads, exactly as it is', async () => {
      const bench = openBench(subject, { size: SIZE });
      expect(await everythingTold(bench)).toEqual(everythingTrue(bench.simulator));
    });

    it('also where there is nothing', async () => {
      const { conversations, messages } = await discover(openBench(subject, { size: 0 }).adapter);
      expect([conversations.size, messages.size]).toEqual([0, 0]);
    });

    it('and leaves nothing unread that it could have read', async () => {
      const { adapter } = openBench(subject, { size: 40 });
      expect((await discover(adapter)).unreadable).toEqual([]);
    });

    it('and tells bookings by the ids under which conversations name them', async () => {
      const { adapter, simulator } = openBench(subject, { size: SIZE });
      const { bookings, leads, conversations } = await discover(adapter);
      const found = simulator.conversations().filter((one) => conversations.has(one.externalId));
      expect(found.length).toBeGreaterThan(0);
      for (const truth of found) {
        if (truth.bookingExternalId !== null) {
          expect(bookings.get(truth.bookingExternalId)?.propertyExternalId).toBe(truth.propertyExternalId);
        }
        if (truth.leadExternalId !== null) expect(leads.has(truth.leadExternalId)).toBe(true);
      }
    });
  });
}
