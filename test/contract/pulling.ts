import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import type { Checkpoint } from '../../src/providers/contract.ts';
import { type Bench, callOf, createMemoryJar, openBench, type Subject } from './bench.ts';
import { draining, hear, keysOf, pulling, type Step, stored, walk } from './walking.ts';

/** The change feed. */
export function describePulling(subject: Subject): void {
  if (!subject.methods.has('pull')) return;

  describe('pulls what happened', () => {
    it('and tells of every new message, or that its conversation is stale', async () => {
      const { adapter, simulator, checkpoint } = await caughtUp(subject);
      const [first, second] = simulator.conversations();
      if (!first || !second) throw new Error('there are no conversations');
      const written = [first, second, first].map(({ externalId }, index) => ({
        externalId,
        message: simulator.guestWrites(externalId, `News ${index}`),
      }));
      const { messages, stale } = hear(eventsOf(await walk(pulling(adapter), checkpoint)));
      for (const { externalId, message } of written) {
        const told = messages.get(externalId)?.some((one) => one.externalId === message) ?? false;
        expect(told || stale.has(externalId)).toBe(true);
      }
    });

    it('of both sides, its own sends and blank words included, each once and as ours or theirs', async () => {
      const { adapter, checkpoint, writeAll, clock } = await caughtUp(subject);
      const written = await writeAll();
      clock.advance(1000);
      const { messages } = hear(eventsOf(await walk(draining(adapter), checkpoint)));
      const told = [...messages.values()].flat().map(({ externalId, sentBy }) => ({ externalId, sentBy }));
      // Where the feed tells messages at all.
      if (told.length > 0) expect(told.toSorted(byId)).toEqual(written.toSorted(byId));
    });

    it('oldest first, at the finest time there is, however much there is', async () => {
      const { adapter, simulator, clock, checkpoint } = await caughtUp(subject);
      const [first, second] = simulator.conversations();
      for (let index = 0; index < 230; index += 1) {
        clock.advance(7);
        simulator.guestWrites((index % 3 ? first : second)?.externalId ?? '', `Word ${index}`);
      }
      const told = (await walk(draining(adapter), checkpoint)).flatMap(({ pull }) => messagesAmong(pull.events));
      const truth = simulator.conversations().flatMap((one) => one.messages.slice(-230));
      const times = new Map(truth.map(({ externalId, sentAt }) => [externalId, sentAt.getTime()] as const));
      expect(told.map(({ sentAt }) => sentAt?.getTime())).toEqual(told.map(({ externalId }) => times.get(externalId)));
      const order = told.map(({ sentAt }) => sentAt?.getTime() ?? 0);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      if (told.length > 0) expect(new Set(told.map(({ externalId }) => externalId)).size).toBe(230);
    });

    it('from any checkpoint on, in another process, without missing anything', async () => {
      const { adapter, memory, connect, simulator, checkpoint } = await caughtUp(subject);
      for (const { externalId } of simulator.conversations()) simulator.guestWrites(externalId, 'Hello?');
      const steps = await walk(pulling(adapter), checkpoint);
      const told = saidIn(eventsOf(steps));
      expect(told.size).toBeGreaterThan(0);
      for (const [index, { from }] of steps.entries()) {
        const other = connect({ memory: createMemoryJar(index % 2 ? '{}' : memory.text) });
        const rest = await walk(pulling(other), stored(from));
        const again = saidIn([...eventsOf(steps.slice(0, index)), ...eventsOf(rest)]);
        expect([...told].filter((one) => !again.has(one))).toEqual([]);
      }
    });

    it('with checkpoints under 4 KiB, however much went by', async () => {
      const { adapter, simulator, checkpoint } = await caughtUp(subject, 300);
      for (const { externalId } of simulator.conversations()) simulator.guestWrites(externalId, 'Hello?');
      for (const { pull } of await walk(draining(adapter), checkpoint)) {
        expect(Buffer.byteLength(JSON.stringify(pull.checkpoint))).toBeLessThan(4096);
      }
    });

    it('and says that there is no more where that is so, also when nothing was ever confirmed', async () => {
      const { adapter, simulator, checkpoint } = await caughtUp(subject);
      const [conversation] = simulator.conversations();
      for (let index = 0; index < 250; index += 1) simulator.guestWrites(conversation?.externalId ?? '', `${index}`);
      // Asking on and on for what is not confirmed would never end.
      expect((await walk(pulling(adapter), checkpoint)).length).toBeLessThan(20);
    });

    it('and makes of a checkpoint that it never gave a new beginning, or a refusal', async () => {
      const { adapter, simulator } = await caughtUp(subject);
      const [conversation] = simulator.conversations();
      const news = simulator.guestWrites(conversation?.externalId ?? '', 'Hello?');
      for (const made of [{}, { place: 'nowhere' }, { last: 7, met: { a: 1 }, head: [], recovery: 'x', doubt: 5 }]) {
        const steps = await walk(pulling(adapter), made as Checkpoint).catch((error: unknown) => error);
        if (steps instanceof Error) expect(steps.name).toBe('ProviderError');
        else expect(sees(eventsOf(steps as readonly Step[]), conversation?.externalId ?? '', news)).toBe(true);
      }
    });

    it('also where a page holds things twice or turned around', async () => {
      for (const order of ['twice', 'reversed'] as const) {
        const { adapter, checkpoint, writeAll, simulator } = await caughtUp(subject);
        const written = await writeAll();
        simulator.faults.always({ kind: 'items', order });
        const { messages, stale } = hear(eventsOf(await walk(draining(adapter), checkpoint)));
        const told = [...messages.values()].flat().map(({ externalId }) => externalId as string);
        if (told.length > 0) expect(new Set(told)).toEqual(new Set(written.map(({ externalId }) => externalId)));
        else expect(stale.size).toBeGreaterThan(0);
      }
    });
  });
}

/** An account of which everything so far was pulled, and confirmed where that is wanted. */
export async function caughtUp(subject: Subject, size = 8) {
  const bench = openBench(subject, { size });
  const keys = await keysOf(bench);
  const steps = await walk(draining(bench.adapter));
  return { ...bench, checkpoint: steps.at(-1)?.pull.checkpoint ?? null, writeAll: () => writeAll(bench, keys) };
}

/** One of everything that anybody can write. */
async function writeAll({ simulator, adapter, clock }: Bench, keys: Awaited<ReturnType<typeof keysOf>>) {
  const written: { externalId: string; sentBy: 'us' | 'participant' }[] = [];
  const open = keys.find(({ externalId }) => simulator.stateOf?.(externalId ?? '').writable ?? true);
  const id = open?.externalId ?? '';
  for (const body of ['Is there a lift?', '', ' ', 'Is there a lift?']) {
    clock.advance(5);
    written.push({ externalId: simulator.guestWrites(id, body), sentBy: 'participant' });
    written.push({ externalId: simulator.hostWritesElsewhere(id, body), sentBy: 'us' });
  }
  if (!open) throw new Error('no conversation can be written in');
  const outcome = await adapter.send({ conversation: open, body: 'There is.', attachments: [] }, callOf());
  const sent = simulator.sent.at(-1)?.messageExternalId;
  if (outcome.kind !== 'accepted' || sent === undefined) throw new Error('it was not sent');
  return [...written, { externalId: sent, sentBy: 'us' as const }];
}

export function eventsOf(steps: readonly Step[]) {
  return steps.flatMap(({ pull }) => pull.events);
}

/** Whether events tell of a message, or at least that its conversation has to be read. */
export function sees(events: readonly ProviderEvent[], conversation: string, message: string): boolean {
  const { messages, stale } = hear(events);
  const told = messages.get(conversation)?.some(({ externalId }) => externalId === message) ?? false;
  return told || stale.has(conversation);
}

function messagesAmong(events: readonly ProviderEvent[]) {
  return events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
}

function saidIn(events: readonly ProviderEvent[]): ReadonlySet<string> {
  const { messages, stale } = hear(events);
  return new Set([...stale, ...[...messages.values()].flat().map(({ externalId }) => externalId)]);
}

function byId(a: { readonly externalId: string }, b: { readonly externalId: string }): number {
  return a.externalId < b.externalId ? -1 : 1;
}
