import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import type { ConversationKey } from '../../src/providers/contract.ts';
import { type Bench, callOf, openBench, type Subject } from './bench.ts';
import { truthfully } from './truth.ts';
import { keysOf, messagesIn, readBack, valueIn } from './walking.ts';

/** Threads, page by page. */
export function describePages(subject: Subject): void {
  const { batchSize, pageSize } = subject.module.limits;
  const truthOf = ({ simulator }: Bench, key: ConversationKey) =>
    simulator.conversations().find(({ externalId }) => externalId === key.externalId)?.messages ?? [];
  // Ordinary lengths around the page's, where counting goes wrong if anywhere.
  const lengths = [0, 1, pageSize - 1, pageSize, pageSize + 1, 2 * pageSize, 2 * pageSize + 10];

  describe('reads threads page by page', () => {
    for (const count of lengths) {
      it(`back to the beginning, without a repeat or a gap, of ${count} messages`, async () => {
        const { bench, key } = await openThread(subject, count);
        const [pages = []] = await readBack(bench.adapter, [key], batchSize);
        expect(messagesIn(pages).map(truthfully)).toEqual(truthOf(bench, key));
        expect(Math.max(0, ...pages.map(({ items }) => items.length))).toBeLessThanOrEqual(pageSize);
        expect(pages.at(-1)?.older).toBeNull();
      });
    }

    it('of many threads at once, one upstream call a round, or as few as its provider allows', async () => {
      const bench = openBench(subject, { size: 8 });
      const keys = (await keysOf(bench)).slice(0, batchSize);
      await readBack(bench.adapter, keys.slice(0, 1), batchSize);
      bench.simulator.calls.reset();
      const threads = await readBack(bench.adapter, keys, batchSize);
      expect(threads.map((pages) => messagesIn(pages).map(truthfully))).toEqual(keys.map((key) => truthOf(bench, key)));
      const rounds = Array.from({ length: Math.max(...threads.map((pages) => pages.length)) }, (_, round) => {
        const pages = threads.flatMap((thread) => thread[round] ?? []);
        const messages = pages.reduce((sum, page) => sum + page.items.length, 0);
        return subject.traits.leastCalls({ conversations: pages.length, messages });
      });
      expect(bench.simulator.calls.count()).toBeLessThanOrEqual(rounds.reduce((sum, calls) => sum + calls, 0));
    });

    it('and misses nothing, and repeats nothing, when a message arrives between two pages', async () => {
      const { bench, key } = await openThread(subject, 2 * pageSize + 10);
      const before = truthOf(bench, key);
      const pages = [];
      for (let older: string | null | undefined; older !== null; ) {
        const [slot] = await bench.adapter.messages([{ conversation: key, older: older ?? null }], callOf());
        const page = valueIn(slot);
        pages.push(page);
        older = page.older;
        bench.simulator.guestWrites(key.externalId ?? '', `Between pages ${pages.length}`);
        bench.clock.advance(1500);
      }
      expect(messagesIn(pages).map(truthfully)).toEqual(before);
      const [newest] = await bench.adapter.messages([{ conversation: key, older: null }], callOf());
      expect(valueIn(newest).items.map(truthfully)).toEqual(truthOf(bench, key).slice(-pageSize));
    });

    it('and loses none of many messages of the same moment', async () => {
      const { bench, key } = await openThread(subject, 3);
      for (let index = 0; index < pageSize + 5; index += 1) {
        bench.simulator.guestWrites(key.externalId ?? '', `At once ${index}`);
      }
      const [pages = []] = await readBack(bench.adapter, [key], batchSize);
      expect(messagesIn(pages).map(truthfully)).toEqual(truthOf(bench, key));
    });

    it('each in order also where the provider turns a page around or says things twice', async () => {
      for (const order of ['reversed', 'twice'] as const) {
        const { bench, key } = await openThread(subject, pageSize - 5);
        bench.simulator.faults.always({ kind: 'items', order });
        const [slot] = await bench.adapter.messages([{ conversation: key, older: null }], callOf());
        const times = valueIn(slot).items.map(({ sentAt }) => sentAt?.getTime() ?? 0);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        const ids = new Set<string>(valueIn(slot).items.map(({ externalId }) => externalId));
        expect(ids).toEqual(new Set(truthOf(bench, key).map(({ externalId }) => externalId)));
      }
    });

    it('and says of a cursor that means nothing that it is invalid, to nobody but its asker', async () => {
      const { bench, key } = await openThread(subject, pageSize + 5);
      for (const older of ['', 'made up', '{}', '{"after":"made up"}', '[1]', 'null', '\u0000']) {
        const pages = [
          { conversation: key, older },
          { conversation: key, older: null },
        ];
        const [bad, good] = await bench.adapter.messages(pages, callOf());
        expect(bad).toMatchObject({ ok: false, error: { kind: 'invalid' } });
        if (bad && !bad.ok) expect(bad.error).toBeInstanceOf(ProviderError);
        expect(valueIn(good).items).toHaveLength(pageSize);
      }
    });

    it('which a conversation brings along as its newest, or leaves out', async () => {
      const { bench, key } = await openThread(subject, pageSize + 5);
      const [conversation] = await bench.adapter.conversations([key], callOf());
      const { newest } = valueIn(conversation);
      if (newest === null) return;
      const [page] = await bench.adapter.messages([{ conversation: key, older: null }], callOf());
      expect(newest).toEqual(valueIn(page));
    });

    it('and tells whose message it is from our side of the conversation', async () => {
      const { bench, key } = await openThread(subject, 0);
      const asked = bench.simulator.guestWrites(key.externalId ?? '', 'Is there a lift?');
      const answered = bench.simulator.hostWritesElsewhere(key.externalId ?? '', 'There is.');
      const [slot] = await bench.adapter.messages([{ conversation: key, older: null }], callOf());
      expect(valueIn(slot).items.map(({ externalId, sentBy }) => [externalId, sentBy])).toEqual([
        [asked, 'participant'],
        [answered, 'us'],
      ]);
    });
  });
}

/** An account with one conversation, of so many messages, among the bookings of nobody. */
async function openThread(subject: Subject, count: number): Promise<{ bench: Bench; key: ConversationKey }> {
  const bench = openBench(subject, { size: 0 });
  const createdAt = new Date(bench.clock.now().getTime() - 30 * 86_400_000);
  bench.simulator.addConversation({ createdAt, messages: count });
  const [key] = await keysOf(bench);
  if (!key) throw new Error('the conversation was not found');
  return { bench, key };
}
