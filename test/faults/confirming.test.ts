import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import { providers } from '../../src/providers/registry.ts';
import { createChance } from '../../src/simulator/chance.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { subjectOf } from '../contract/bench.ts';
import { confirmDesk, createDeath, LOOK_MS, lostOf, missing } from '../helpers/confirm-desk.ts';
import { databaseKinds } from '../helpers/database.ts';

/*
 * Feeds that forget what is confirmed, and confirms whose fate nobody knows (DELIVERY 3.1 and 3.2). There are two kinds: those that
 * forget what is named, and those that forget so many from the head, where a repeat throws away what nobody has read.
 */

const subjects = await Promise.all(providers.map(subjectOf));
const confirming = subjects.filter(({ methods }) => methods.has('confirm'));
const feeds = confirming.map(({ module }) => module);
// What only counts needs a walk beside it.
const counting = confirming.filter(({ methods }) => methods.has('sweep')).map(({ module }) => module);

const holdMs = defaultTimes.confirmHoldMs;

describe.each(feeds)('the feed of $id', (module) => {
  it('is confirmed once for each read that brought something, and not at all for others', async () => {
    const { write, pass, confirms, expectOnce } = await confirmDesk(module);
    write(3);
    await pass(LOOK_MS);
    expect(confirms()).toBe(1);
    await pass(10 * LOOK_MS);
    expect(confirms()).toBe(1);
    write(250);
    await pass(LOOK_MS);
    expect(confirms()).toBe(4);
    await expectOnce();
  });

  it('is confirmed only after what it brought is stored', async () => {
    const unstored: (readonly string[])[] = [];
    let look = async (): Promise<readonly string[]> => [];
    const { t, write, pass } = await confirmDesk(module, {
      confirm: (confirm) => async (receipt, call) => {
        unstored.push(await look());
        await confirm(receipt, call);
      },
    });
    look = () => missing(t);
    unstored.length = 0;
    write(5);
    await pass(LOOK_MS);
    expect(unstored).toEqual([[]]);
  });

  it('is not confirmed again when the answer was lost and its moved head says that it need not be', async () => {
    const { simulator, write, pass, confirms, expectOnce } = await confirmDesk(module);
    simulator.faults.next({ kind: 'cut' }, { operation: 'confirm' });
    write(3);
    await pass(LOOK_MS);
    expect(confirms()).toBe(1);
    write(2);
    await pass(2 * LOOK_MS);
    expect([confirms(), lostOf(simulator)]).toEqual([2, []]);
    await expectOnce();
  });

  it('is read and not confirmed for a while where its head has not moved, and then once', async () => {
    const { t, simulator, write, pass, confirms, expectOnce } = await confirmDesk(module);
    simulator.faults.next({ kind: 'cut', effect: false }, { operation: 'confirm' });
    write(3);
    await pass(LOOK_MS);
    for (let waited = 0; waited < holdMs - 2 * LOOK_MS; waited += LOOK_MS) {
      write();
      await pass(LOOK_MS);
      // It goes on telling what is new all the same.
      expect([confirms(), await missing(t)]).toEqual([1, []]);
    }
    await pass(4 * LOOK_MS);
    expect(confirms()).toBe(2);
    await pass(10 * LOOK_MS);
    expect([confirms(), lostOf(simulator)]).toEqual([2, []]);
    await expectOnce();
  });

  it('is confirmed at the next look where it is certain that nothing was done', async () => {
    for (const fault of [{ kind: 'refuse' }, { kind: 'status', status: 429, retryAfter: 5 }] as const) {
      const { simulator, write, pass, confirms, expectOnce } = await confirmDesk(module);
      simulator.faults.next(fault, { operation: 'confirm' });
      write(3);
      await pass(3 * LOOK_MS);
      expect([confirms(), lostOf(simulator)]).toEqual([2, []]);
      await expectOnce();
    }
  });

  const deaths = databaseKinds.flatMap((kind) => (['nothing', 'everything'] as const).map((did) => ({ kind, did })));
  for (const { kind, did } of deaths) {
    it(`survives a process that dies confirming, ${did} done: the next neither repeats it nor loses (${kind})`, async () => {
      const death = createDeath();
      const { t, simulator, write, confirms, expectOnce, nudge, successor } = await confirmDesk(module, {
        kind,
        confirm: (confirm) => async (receipt, call) => {
          if (did === 'everything') await confirm(receipt, call);
          await death.die();
        },
      });
      write(3);
      await nudge();
      await death.reached;
      const own = did === 'everything' ? 1 : 0;
      expect(confirms()).toBe(own);
      const next = successor();
      write(2);
      await next.pass(holdMs - 2 * LOOK_MS);
      // What it found open is settled by the head: moved, or left alone for a while.
      expect([confirms(), await missing(t)]).toEqual([own === 1 ? 2 : 0, []]);
      await next.pass(4 * LOOK_MS);
      expect(confirms()).toBe(own + 1);
      write(2);
      death.end();
      await next.pass(4 * LOOK_MS);
      expect([confirms(), lostOf(simulator)]).toEqual([own + 2, []]);
      await expectOnce();
    });
  }

  it('loses and doubles nothing, whatever happens to reads and confirms', { timeout: 120_000 }, async () => {
    for (const seed of [1]) {
      const { simulator, write, pass, expectOnce } = await confirmDesk(module);
      const chance = createChance(seed);
      for (let round = 0; round < 20; round += 1) {
        const operation = chance.pick(['confirm', 'confirm', 'latest', null]);
        if (chance.happens(0.6)) simulator.faults.next(chance.pick(trouble), operation === null ? {} : { operation });
        write(chance.between(0, 4));
        await pass(LOOK_MS * chance.between(1, 3));
      }
      simulator.faults.clear();
      await pass(holdMs + 8 * LOOK_MS);
      expect(lostOf(simulator)).toEqual([]);
      await expectOnce();
    }
  });
});

describe.each(counting)('the feed of $id, which forgets by count', (module) => {
  it('is really emptied unseen by whoever repeats a confirm, and that is noticed here', async () => {
    let between = (): unknown => undefined;
    const { t, simulator, write, pass } = await confirmDesk(module, {
      confirm: (confirm) => async (receipt, call) => {
        await confirm(receipt, call);
        between();
        await confirm(receipt, call);
      },
    });
    write(3);
    between = () => write(2);
    await pass(LOOK_MS);
    expect(lostOf(simulator)).toHaveLength(2);
    expect(await missing(t)).toEqual(lostOf(simulator));
  });

  it('loses nothing at us where something on the way repeats a confirm and its answer is lost: a walk finds it', async () => {
    const { simulator, write, pass, onConfirm, expectOnce } = await confirmDesk(module);
    write(3);
    onConfirm(async (send) => {
      await send();
      write(2);
      await send();
      throw reset();
    });
    await pass(LOOK_MS);
    onConfirm(null);
    expect(lostOf(simulator)).toHaveLength(2);
    await pass(8 * LOOK_MS);
    await expectOnce();
  });

  for (const lateMs of [30_000, 100_000, 150_000, 200_000]) {
    it(`loses nothing at us by a confirm that is carried out ${lateMs / 1000} s late`, async () => {
      const { t, write, pass, onConfirm, expectOnce } = await confirmDesk(module);
      write(3);
      onConfirm(async (send) => {
        t.clock.after(lateMs, () => void send());
        throw reset();
      });
      await pass(LOOK_MS);
      onConfirm(null);
      for (let waited = 0; waited < lateMs + 2 * LOOK_MS; waited += LOOK_MS) {
        write();
        await pass(LOOK_MS);
      }
      await pass(2 * holdMs);
      await expectOnce();
    });
  }

  it('is walked over to the end all the same, where every answer is lost', async () => {
    const { simulator, pass, write, walks, expectOnce } = await confirmDesk(module, { size: 60 });
    simulator.faults.always({ kind: 'garbage' }, { operation: 'confirm' });
    const before = walks();
    for (let round = 0; round < 40; round += 1) {
      write(2);
      await pass(LOOK_MS);
    }
    expect(lostOf(simulator)).toEqual([]);
    // In ten minutes: more than one, and none on the heels of another.
    expect(walks() - before).toBeGreaterThan(1);
    expect(walks() - before).toBeLessThanOrEqual(5);
    await expectOnce();
  });
});

/** What may happen to any request. */
const trouble: readonly Fault[] = [
  { kind: 'cut' },
  { kind: 'cut', effect: false },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 503, effect: true },
  { kind: 'garbage' },
  { kind: 'refuse' },
  { kind: 'items', order: 'twice' },
];

function reset(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
}
