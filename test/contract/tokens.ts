import { describe, expect, it } from 'vitest';
import { callOf, createMemoryJar, openBench, type Subject } from './bench.ts';
import { asks, failuresOf, methodsOf, openScene, type Scene, sameAgain } from './trouble.ts';

/** What is kept between calls. */
export function describeMemory(subject: Subject): void {
  describe('keeps what it learned', () => {
    it('so that another process need not learn it again', async () => {
      const scene = await openScene(subject);
      const { simulator } = scene.bench;
      const [ours, theirs] = [scene.bench.adapter, sameAgain(scene)];
      await read(ours, scene);
      const requests = simulator.calls.count();
      simulator.calls.reset();
      await read(theirs, scene);
      expect(simulator.calls.count()).toBe(requests);
    });

    it('in little: under 64 KiB, and the same after the same question', async () => {
      const scene = await openScene(subject);
      const { memory, adapter } = scene.bench;
      await read(adapter, scene);
      const before = memory.text;
      await read(adapter, scene);
      expect(memory.text).toBe(before);
      expect(memory.text.length).toBeLessThan(65_536);
    });

    it('and is not led astray by what somebody else kept', async () => {
      const scene = await openScene(subject);
      for (const text of ['{}', '{"token":7,"client":null}', '{"version":99,"dialect":"none"}', '{"a":{"b":[1]}}']) {
        expect(await read(scene.bench.connect({ memory: createMemoryJar(text) }), scene)).toEqual([]);
      }
    });
  });

  if (!openBench(subject, { size: 0 }).simulator.expireTokens) return;

  describe('holds one token for all', () => {
    it('and gets one new for fifty calls that find it refused', async () => {
      const scene = await openScene(subject);
      const alone = await answeredOf(scene, () => read(scene.bench.adapter, scene));
      scene.bench.simulator.expireTokens?.();
      const together = await answeredOf(scene, () => fifty(() => read(scene.bench.adapter, scene)));
      expect(together).toBe(50 * alone + 1);
    });

    it('and gets one new for fifty calls of two processes that find it over', async () => {
      const scene = await openScene(subject);
      const { adapter, memory, clock, connect } = scene.bench;
      const other = connect({ memory });
      const alone = await answeredOf(scene, () => read(adapter, scene));
      clock.advance(2 * 86_400_000);
      const together = await answeredOf(scene, () => fifty((index) => read(index % 2 ? adapter : other, scene)));
      expect(together).toBe(50 * alone + 1);
    });

    for (const name of methodsOf(subject)) {
      it(`and mends one that ends in the middle of ${name}, without anyone noticing`, async () => {
        const scene = await openScene(subject);
        const { adapter, simulator, memory } = scene.bench;
        const alone = await answeredOf(scene, () => read(adapter, scene));
        simulator.expireTokens?.();
        expect(await failuresOf(asks[name](adapter, scene, callOf()))).toEqual([]);
        // The new one was kept.
        const kept = scene.bench.connect({ memory: createMemoryJar(memory.text) });
        expect(await answeredOf(scene, () => read(kept, scene))).toBe(alone);
      });
    }

    it('and sends once with a token that ended', async () => {
      const scene = await openScene(subject);
      const { adapter, simulator } = scene.bench;
      simulator.expireTokens?.();
      expect(await failuresOf(asks.send(adapter, scene, callOf()))).toEqual([]);
      expect(simulator.sent).toHaveLength(1);
    });

    it('and gives up after one new token where that is refused too', async () => {
      const scene = await openScene(subject);
      const { adapter, simulator } = scene.bench;
      const names = await named(scene);
      const operation = lastOperation(names);
      simulator.faults.always({ kind: 'status', status: 401 }, { operation });
      const failures = await read(adapter, scene);
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toMatchObject({ kind: 'auth' });
      expect(simulator.calls.count({ status: 401 })).toBe(2 * names.filter((name) => name === operation).length);
    });
  });
}

function read(adapter: Scene['bench']['adapter'], scene: Scene): Promise<readonly unknown[]> {
  return failuresOf(asks.conversations(adapter, scene, callOf()));
}

async function fifty(one: (index: number) => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
  return (await Promise.all(Array.from({ length: 50 }, (_, index) => one(index)))).flat();
}

/** How many requests were answered well while `work` was done. */
async function answeredOf({ bench }: Scene, work: () => Promise<readonly unknown[]>): Promise<number> {
  bench.simulator.calls.reset();
  expect(await work()).toEqual([]);
  const answered = bench.simulator.calls.count({ status: 200 });
  bench.simulator.calls.reset();
  return answered;
}

/** The names of the requests that one read makes. */
async function named(scene: Scene): Promise<readonly string[]> {
  const { simulator, adapter } = scene.bench;
  await read(adapter, scene);
  const names = simulator.calls.entries.map(({ operation }) => operation);
  simulator.calls.reset();
  return names;
}

function lastOperation(names: readonly string[]): string {
  const name = names.at(-1);
  if (name === undefined) throw new Error('nothing was asked');
  return name;
}
