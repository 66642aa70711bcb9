import { describe, expect, it } from 'vitest';
import type { ProviderAdapter } from '../../src/providers/contract.ts';
import { callOf, createMemoryJar, type Subject, until } from './bench.ts';
import {
  areProviderErrors,
  asks,
  failuresOf,
  methodsOf,
  noTrouble,
  openScene,
  type Scene,
  sameAgain,
  type Trouble,
  troubles,
} from './trouble.ts';
import { truthfully } from './truth.ts';
import { valueIn } from './walking.ts';

/** Trouble on the way, for every method. */
export function describeFaults(subject: Subject): void {
  for (const name of methodsOf(subject)) {
    describe(`${name}, in trouble`, () => {
      for (const trouble of troubles) {
        it(`says ${trouble.kind} and nothing else where ${trouble.title}, and goes on when that is over`, async () => {
          const scene = await openScene(subject);
          const { adapter, simulator, clock } = scene.bench;
          const stop = simulator.faults.always(trouble.fault);
          const failures = await failuresIn(adapter, name, scene, trouble);
          stop();
          expect(failures.length).toBeGreaterThan(0);
          expect(areProviderErrors(failures, scene.bench)).toBe(true);
          for (const failure of failures) expect(failure).toMatchObject(expected(trouble, clock.now()));
          expect(await failuresOf(asks[name](adapter, scene, callOf()))).toEqual([]);
        });

        it(`says the same as the first thing that it is asked where ${trouble.title}`, async () => {
          const scene = await openScene(subject);
          const adapter = scene.bench.connect();
          const stop = scene.bench.simulator.faults.always(trouble.fault);
          const failures = await failuresIn(adapter, name, scene, trouble);
          stop();
          expect(failures.length).toBeGreaterThan(0);
          expect(areProviderErrors(failures, scene.bench)).toBe(true);
          for (const failure of failures) expect(failure).toMatchObject({ kind: trouble.kind });
          await expectToWork(adapter, scene);
        });
      }

      it('survives trouble at any one of its requests, and has learned nothing wrong from it', async () => {
        const scene = await openScene(subject);
        scene.bench.simulator.calls.reset();
        await failuresOf(asks[name](scene.bench.connect(), scene, callOf()));
        const requests = scene.bench.simulator.calls.count();
        for (const trouble of troubles)
          for (let before = 0; before < requests; before += 1) {
            // Whoever begins anew takes a new token, and providers count those by the hour.
            scene.bench.clock.advance(10 * 60_000);
            const adapter = scene.bench.connect();
            scene.bench.simulator.faults.next(noTrouble, { times: before });
            scene.bench.simulator.faults.next(trouble.fault);
            const failures = await failuresIn(adapter, name, scene, trouble);
            // Where less is new as time goes by, fewer requests are made; the first is made in any case.
            expect(scene.bench.simulator.faults.pending === 0 || before > 0).toBe(true);
            scene.bench.simulator.faults.clear();
            expect(areProviderErrors(failures, scene.bench)).toBe(true);
            await expectToWork(adapter, scene);
          }
      });

      it('asks nobody on behalf of a caller who has gone', async () => {
        const scene = await openScene(subject);
        for (const adapter of [scene.bench.adapter, scene.bench.connect()]) {
          const failures = await failuresOf(asks[name](adapter, scene, callOf(AbortSignal.abort())));
          expect(failures.length).toBeGreaterThan(0);
          expect(areProviderErrors(failures, scene.bench)).toBe(true);
          for (const failure of failures) expect(failure).toMatchObject({ kind: 'timeout', noEffect: true });
        }
        expect(scene.bench.simulator.calls.count()).toBe(0);
      });

      it('does not wait for the rest of an answer when its caller has gone', async () => {
        const scene = await openScene(subject);
        const caller = new AbortController();
        let asked = false;
        const fetch = async () => {
          asked = true;
          return new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([123])) }));
        };
        const work = failuresOf(asks[name](sameAgain(scene, { fetch }), scene, callOf(caller.signal)));
        await until(() => asked);
        caller.abort();
        const failures = await work;
        expect(areProviderErrors(failures, scene.bench)).toBe(true);
        for (const failure of failures) expect(failure).toMatchObject({ kind: 'timeout' });
      });

      it('lets nothing escape of what fetch and memory may throw', async () => {
        const scene = await openScene(subject);
        const thrown = ['words', new Error('bang'), null, new DOMException('gone', 'AbortError'), { code: 'EPIPE' }];
        for (const error of thrown) {
          const rejects = () => Promise.reject(error);
          const throws = () => {
            throw error;
          };
          const memory = { read: rejects, update: rejects };
          const forgets = { ...createMemoryJar(), update: rejects };
          const parts = [{ fetch: rejects }, { fetch: throws }, { memory }, { memory: forgets }];
          for (const part of parts) {
            const failures = await failuresOf(asks[name](sameAgain(scene, part), scene, callOf()));
            expect(failures.length > 0 || !('fetch' in part)).toBe(true);
            expect(areProviderErrors(failures, scene.bench)).toBe(true);
          }
        }
      });
    });
  }
}

async function failuresIn(
  adapter: ProviderAdapter,
  name: keyof ProviderAdapter,
  scene: Scene,
  { fault }: Trouble,
): Promise<readonly unknown[]> {
  if (fault.kind !== 'hang') return failuresOf(asks[name](adapter, scene, callOf()));
  const caller = new AbortController();
  let over = false;
  const work = failuresOf(asks[name](adapter, scene, callOf(caller.signal))).finally(() => {
    over = true;
  });
  const { faults } = scene.bench.simulator;
  await until(() => over || faults.pending === 0);
  // A standing fault does not tell when it is met: some turns are enough.
  let turns = 0;
  await until(() => over || turns++ > 20);
  caller.abort();
  return work;
}

function expected({ kind, retryAfter }: Trouble, now: Date) {
  if (retryAfter === undefined) return { kind };
  return { kind, retryAt: new Date(now.getTime() + retryAfter * 1000) };
}

async function expectToWork(adapter: ProviderAdapter, { bench, keys }: Scene): Promise<void> {
  const some = keys.slice(0, 3);
  const slots = await adapter.messages(
    some.map((conversation) => ({ conversation, older: null })),
    callOf(),
  );
  const truth = new Map(bench.simulator.conversations().map((one) => [one.externalId, one.messages] as const));
  const newest = some.map((key) => truth.get(key.externalId ?? '')?.slice(-bench.module.limits.pageSize));
  expect(slots.map((slot) => valueIn(slot).items.map(truthfully))).toEqual(newest);
}
