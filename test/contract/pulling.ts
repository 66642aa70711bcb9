import { describe, expect, it } from 'vitest';
import type { Checkpoint, ProviderAdapter, Pull } from '../../src/providers/contract.ts';
import { callOf, createMemoryJar, openBench, type Subject } from './bench.ts';
import { hear, keysOf, type Step, walk } from './walking.ts';

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
      const { messages, stale } = hear(eventsOf(await walk(pullOf(adapter), checkpoint)));
      for (const { externalId, message } of written) {
        const told = messages.get(externalId)?.some((one) => one.externalId === message) ?? false;
        expect(told || stale.has(externalId)).toBe(true);
      }
    });

    it('from any checkpoint on, in another process, without missing anything', async () => {
      const { adapter, memory, connect, simulator, checkpoint } = await caughtUp(subject);
      for (const { externalId } of simulator.conversations()) simulator.guestWrites(externalId, 'Hello?');
      const steps = await walk(pullOf(adapter), checkpoint);
      const told = saidIn(eventsOf(steps));
      for (const [index, { from }] of steps.entries()) {
        if (from !== null) expect(Buffer.byteLength(JSON.stringify(from))).toBeLessThan(4096);
        const restored: Checkpoint | null = JSON.parse(JSON.stringify(from));
        const other = connect({ memory: createMemoryJar(memory.text) });
        const rest = await walk(pullOf(other), restored);
        const again = saidIn([...eventsOf(steps.slice(0, index)), ...eventsOf(rest)]);
        expect([...told].filter((one) => !again.has(one))).toEqual([]);
      }
    });

    if (subject.methods.has('confirm')) {
      it('and after a receipt is confirmed loses nothing that came after it', async () => {
        const { adapter, simulator, checkpoint } = await caughtUp(subject);
        const [conversation] = simulator.conversations();
        if (!conversation) throw new Error('there is no conversation');
        simulator.guestWrites(conversation.externalId, 'Before the receipt');
        const pull = await pullOf(adapter)(checkpoint);
        const later = simulator.guestWrites(conversation.externalId, 'After the receipt');
        if (pull.receipt) await adapter.confirm?.(JSON.parse(JSON.stringify(pull.receipt)), callOf());
        const { messages, stale } = hear(eventsOf(await walk(pullOf(adapter), pull.checkpoint)));
        const told = messages.get(conversation.externalId)?.some((one) => one.externalId === later) ?? false;
        expect(told || stale.has(conversation.externalId)).toBe(true);
      });

      it('and tells what was not confirmed once more', async () => {
        const { adapter, simulator, checkpoint } = await caughtUp(subject);
        const [conversation] = simulator.conversations();
        simulator.guestWrites(conversation?.externalId ?? '', 'Not confirmed');
        const told = saidIn((await pullOf(adapter)(checkpoint)).events);
        expect(saidIn((await pullOf(adapter)(checkpoint)).events)).toEqual(told);
      });
    }
  });
}

/** An account of which everything so far was pulled, and confirmed where that is wanted. */
async function caughtUp(subject: Subject) {
  const bench = openBench(subject);
  await keysOf(bench);
  const steps = await walk(async (from) => {
    const pull = await pullOf(bench.adapter)(from);
    if (pull.receipt) await bench.adapter.confirm?.(pull.receipt, callOf());
    return pull;
  });
  return { ...bench, checkpoint: steps.at(-1)?.pull.checkpoint ?? null };
}

function pullOf(adapter: ProviderAdapter) {
  return async (from: Checkpoint | null): Promise<Pull> => {
    const pull = await adapter.pull?.(from, callOf());
    if (!pull) throw new Error('there is no change feed');
    return pull;
  };
}

function eventsOf(steps: readonly Step[]) {
  return steps.flatMap(({ pull }) => pull.events);
}

function saidIn(events: Pull['events']): ReadonlySet<string> {
  const { messages, stale } = hear(events);
  return new Set([...stale, ...[...messages.values()].flat().map(({ externalId }) => externalId)]);
}
