import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import type { Checkpoint, ProviderAdapter, Pull } from '../../src/providers/contract.ts';
import { callOf, createMemoryJar, openBench, type Subject } from './bench.ts';
import { everythingTrue, truthfully } from './truth.ts';
import { discover, hear, type Step, valueIn, walk } from './walking.ts';

type Sweep = (from: Checkpoint | null) => Promise<Pull>;

/** So many that every walk takes several steps. */
const SIZE = 130;

/** The walk over everything. */
export function describeSweeping(subject: Subject): void {
  if (!subject.methods.has('sweep')) return;

  describe('walks over everything', () => {
    it('and knows of a booking that nobody has written about, with where its conversation will be', async () => {
      const { adapter, simulator, clock } = openBench(subject, { size: 0 });
      const { externalId } = simulator.addBooking({ conversation: { afterMs: 60_000 }, messages: 2 });
      const address = (await discover(adapter)).bookings.get(externalId)?.address;
      // Where bookings cannot be listed it can only be asked for.
      if (!address && subject.methods.has('findConversation')) return;
      if (!address) throw new Error('the booking was not found');
      const read = () => adapter.conversations([{ externalId: null, address }], callOf());
      expect(await read()).toEqual([{ ok: true, value: null }]);
      clock.advance(60_000);
      const [truth] = simulator.conversations();
      expect(valueIn((await read())[0]).externalId).toBe(truth?.externalId);
    });

    it('from any checkpoint on, in another process, without missing anything', async () => {
      const { adapter, connect, memory, simulator } = openBench(subject, { size: SIZE });
      const steps = await walk(sweepOf(adapter));
      expect(steps.length).toBeGreaterThan(3);
      for (const [index, { from }] of steps.entries()) {
        if (from === null) continue;
        const restored: Checkpoint = JSON.parse(JSON.stringify(from));
        const other = connect({ memory: createMemoryJar(index % 2 === 0 ? '{}' : memory.text) });
        const rest = await walk(sweepOf(other), restored);
        const heard = hear([...eventsOf(steps.slice(0, index)), ...eventsOf(rest)]);
        expect([...heard.conversations.keys()].sort()).toEqual(idsOf(simulator));
      }
    });

    it('with checkpoints under 4 KiB, none where it ends', async () => {
      const { adapter } = openBench(subject, { size: SIZE });
      const steps = await walk(sweepOf(adapter));
      for (const { pull } of steps) {
        if (pull.more) expect(Buffer.byteLength(JSON.stringify(pull.checkpoint))).toBeLessThan(4096);
        if (pull.more) expect(pull.checkpoint).not.toBeNull();
      }
    });

    it('and tells a step again when it is asked again', async () => {
      const { adapter } = openBench(subject, { size: SIZE });
      const steps = await walk(sweepOf(adapter));
      for (const { from, pull } of steps) expect(await sweepOf(adapter)(from)).toEqual(pull);
    });

    it('and skips nothing that was there, when things come and go meanwhile', async () => {
      const { adapter, simulator, clock } = openBench(subject, { size: SIZE });
      const before = idsOf(simulator);
      const gone = new Set<string>();
      const steps = await walk(async (from) => {
        const pull = await sweepOf(adapter)(from);
        simulator.addConversation({ messages: 1 });
        clock.advance(1000);
        const last = before.findLast((id) => !gone.has(id));
        if (last !== undefined && gone.size < 3) {
          simulator.removeConversation(last);
          gone.add(last);
        }
        return pull;
      });
      const found = hear(eventsOf(steps)).conversations;
      expect(before.filter((id) => !found.has(id) && !gone.has(id))).toEqual([]);
    });

    it('and makes of a checkpoint that it never gave a new beginning, or a refusal', async () => {
      const { adapter, simulator } = openBench(subject, { size: 8 });
      for (const checkpoint of [{}, { place: 'nowhere' }, { after: 7, phase: ['x'] }]) {
        const steps = await walk(sweepOf(adapter), checkpoint).catch((error: unknown) => error);
        if (steps instanceof Error) expect(steps).toBeInstanceOf(ProviderError);
        else
          expect([...hear(eventsOf(steps as readonly Step[])).conversations.keys()].sort()).toEqual(idsOf(simulator));
      }
    });
  });
}

/** The look at what is new, where there is no change feed. */
export function describeGlancing(subject: Subject): void {
  if (!subject.methods.has('glance')) return;
  const glance = async (adapter: ProviderAdapter) => hear((await adapter.glance?.(callOf())) ?? []);

  describe('glances at what is new', () => {
    for (const about of ['booking', 'lead'] as const) {
      it(`and finds a conversation that began with a new ${about}, and how to read it`, async () => {
        const { adapter, simulator } = openBench(subject, { size: 40 });
        await discover(adapter);
        const { externalId } = simulator.addConversation({ about, messages: 3 });
        const truth = simulator.conversations().find((one) => one.externalId === externalId);
        const found = (await glance(adapter)).conversations.get(externalId);
        // A provider need not have leads.
        if (!truth) return;
        if (!found) throw new Error('the conversation was not found');
        const [slot] = await adapter.messages([{ conversation: found, older: null }], callOf());
        expect(valueIn(slot).items.map(truthfully)).toEqual(truth.messages);
      });
    }

    it('and finds a booking that nobody has written about yet', async () => {
      const { adapter, simulator } = openBench(subject, { size: 40 });
      await discover(adapter);
      const { externalId } = simulator.addBooking({ conversation: 'none' });
      expect((await glance(adapter)).bookings.has(externalId)).toBe(true);
    });

    it('also before anything else was asked, and where there is nothing', async () => {
      const { adapter, simulator, connect } = openBench(subject, { size: 0 });
      expect(await adapter.glance?.(callOf())).toEqual([]);
      const { externalId } = simulator.addConversation();
      expect((await glance(connect())).conversations.has(externalId)).toBe(true);
    });

    it('in one upstream call', async () => {
      const { adapter, simulator } = openBench(subject, { size: 40 });
      await discover(adapter);
      simulator.calls.reset();
      await glance(adapter);
      expect(simulator.calls.count()).toBe(1);
    });
  });
}

function sweepOf(adapter: ProviderAdapter): Sweep {
  return async (from) => {
    const pull = await adapter.sweep?.(from, callOf());
    if (!pull) throw new Error('there is no sweep');
    return pull;
  };
}

function eventsOf(steps: readonly Step[]) {
  return steps.flatMap(({ pull }) => pull.events);
}

function idsOf(simulator: Parameters<typeof everythingTrue>[0]): readonly string[] {
  return everythingTrue(simulator).map(({ externalId }) => externalId);
}
