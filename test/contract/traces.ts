import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { callOf, type Subject } from './bench.ts';
import { asks, failuresOf, methodsOf, openScene, troubles } from './trouble.ts';

/** What an adapter leaves behind it. */
export function describeTraces(subject: Subject): void {
  describe('leaves no trace', () => {
    it('in timers, whether things go well or not', async () => {
      const scene = await openScene(subject);
      const timers = await timersOf(async () => {
        for (const name of methodsOf(subject)) {
          await failuresOf(asks[name](scene.bench.adapter, scene, callOf()));
          for (const { fault } of troubles.filter((one) => one.fault.kind !== 'hang')) {
            scene.bench.simulator.faults.next(fault);
            await failuresOf(asks[name](scene.bench.adapter, scene, callOf()));
          }
        }
      });
      expect(timers).toBe(0);
    });

    it('in what is global', async () => {
      const before = Object.getOwnPropertyNames(globalThis);
      const scene = await openScene(subject);
      for (const name of methodsOf(subject)) await failuresOf(asks[name](scene.bench.adapter, scene, callOf()));
      expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
    });

    it('in another account of the same provider', async () => {
      const [one, other] = [await openScene(subject), await openScene(subject, { account: 'other' })];
      one.bench.simulator.faults.always({ kind: 'status', status: 401 });
      await failuresOf(asks.verify(one.bench.adapter, one, callOf()));
      expect(await failuresOf(asks.conversations(other.bench.adapter, other, callOf()))).toEqual([]);
      expect(other.bench.simulator.calls.count({ status: 401 })).toBe(0);
    });
  });
}

/** How many timers were set on behalf of `work`, and what it called. */
async function timersOf(work: () => Promise<void>): Promise<number> {
  const within = new AsyncLocalStorage<true>();
  let count = 0;
  const hook = createHook({
    init(_, type) {
      if ((type === 'Timeout' || type === 'Immediate') && within.getStore()) count += 1;
    },
  });
  hook.enable();
  await within.run(true, work);
  hook.disable();
  return count;
}
