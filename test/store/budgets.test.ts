import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import type { Lane } from '../../src/providers/limits.ts';
import type { Database } from '../../src/store/database.ts';
import { createBudget } from '../../src/sync/budgets.ts';
import { createSharedSilence } from '../../src/sync/silence.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { createStub } from '../helpers/stub-provider.ts';

const HOUR_MS = 3_600_000;
const start = new Date('2026-03-02T09:20:00Z');
const nextHour = new Date('2026-03-02T10:00:00Z');

describe.each(databaseKinds)("an hour's requests (%s)", async (kind) => {
  const db = await testDatabase(kind);

  /** As many processes as wanted behind one application; what they send is counted by a provider. */
  const open = async (perHour: number) => {
    await db.pool.query('TRUNCATE budget');
    const clock = createManualClock(start);
    const module = createStub({ limits: { requestsPerHour: perHour } }).module as ProviderModule;
    let reached = 0;
    const join = (key = 'application') => {
      const budget = createBudget({ db, clock }, module, { key });
      if (!budget) throw new Error('there is no budget');
      const fetch = budget.counted(async () => {
        reached += 1;
        return new Response();
      });
      const ask = (): Promise<string> =>
        fetch('https://example.test', {}).then(
          () => 'answered',
          (error) => error.kind,
        );
      const admit = (lane: Lane): Promise<unknown> =>
        budget.admit(lane, 'look').then(
          () => 'admitted',
          (error) => error,
        );
      return { ...budget, ask, admit };
    };
    return { clock, join, reached: () => reached };
  };

  it('are never more than there are, over processes that ask at once', async () => {
    const { join, reached } = await open(40);
    const processes = [join(), join(), join()];
    const outcomes = await Promise.all(Array.from({ length: 90 }, (_, turn) => processes[turn % 3]?.ask()));
    expect([reached(), outcomes.filter((one) => one === 'rate-limited').length]).toEqual([40, 50]);
    expect(await processes[0]?.state()).toEqual({ limit: 40, remaining: 0, resetAt: nextHour });
  });

  it('begin anew with the hour, and are not saved up', async () => {
    const { clock, join, reached } = await open(5);
    const { ask } = join();
    for (let turn = 0; turn < 7; turn += 1) await ask();
    clock.advance(nextHour.getTime() - start.getTime() - 1);
    expect(await ask()).toBe('rate-limited');
    clock.advance(1);
    for (let turn = 0; turn < 7; turn += 1) await ask();
    expect(reached()).toBe(10);
    clock.advance(5 * HOUR_MS);
    for (let turn = 0; turn < 7; turn += 1) await ask();
    expect(reached()).toBe(15);
  });

  it('are left to people in the end: sweeps stop first, then looks, and each is told when to come back', async () => {
    const { join } = await open(100);
    const { ask, admit } = join();
    const admitted = async () => ({
      sweep: (await admit('sweep')) === 'admitted',
      background: (await admit('background')) === 'admitted',
      person: (await admit('person')) === 'admitted',
    });
    for (let turn = 0; turn < 60; turn += 1) await ask();
    expect(await admitted()).toEqual({ sweep: false, background: true, person: true });
    for (let turn = 0; turn < 30; turn += 1) await ask();
    expect(await admitted()).toEqual({ sweep: false, background: false, person: true });
    for (let turn = 0; turn < 10; turn += 1) await ask();
    expect(await admitted()).toEqual({ sweep: false, background: false, person: false });
    expect(await admit('person')).toMatchObject({ kind: 'rate-limited', retryAt: nextHour, noEffect: true });
  });

  it('are as many as the provider says, counted from when it says, and what others used counts too', async () => {
    const { clock, join } = await open(1000);
    const { ask, told, state } = join();
    await ask();
    await told({ limit: 50, remaining: 7, resetAt: nextHour });
    expect(await state()).toEqual({ limit: 50, remaining: 7, resetAt: nextHour });
    // An older answer that arrives late gives nothing back.
    await told({ limit: 50, remaining: 30, resetAt: nextHour });
    expect((await state()).remaining).toBe(7);
    for (let turn = 0; turn < 7; turn += 1) expect(await ask()).toBe('answered');
    expect(await ask()).toBe('rate-limited');
    clock.advance(HOUR_MS);
    expect(await state()).toMatchObject({ limit: 50, remaining: 50 });
  });

  it('are given back where a clock that was ahead is set right', async () => {
    const { clock, join } = await open(2);
    const { ask } = join();
    clock.advance(24 * HOUR_MS);
    for (let turn = 0; turn < 3; turn += 1) await ask();
    clock.advance(-24 * HOUR_MS);
    expect([await ask(), await ask(), await ask()]).toEqual(['answered', 'answered', 'rate-limited']);
  });

  it('are not taken from one application for another', async () => {
    const { join } = await open(3);
    const [one, other] = [join('one'), join('other')];
    for (let turn = 0; turn < 4; turn += 1) await one.ask();
    expect([await one.ask(), await other.ask()]).toEqual(['rate-limited', 'answered']);
  });
});

describe('a database that fails for a moment', () => {
  const failing = new Proxy({} as Database, {
    get: () => {
      throw new Error('Connection terminated unexpectedly');
    },
  });
  const module = createStub({ limits: { requestsPerHour: 10 } }).module as ProviderModule;

  it('keeps nobody from a provider that may have asked for silence: what is known here counts', async () => {
    const clock = createManualClock(start);
    const told: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => void told.push(fields) };
    const silence = createSharedSilence({ db: failing, clock, log }, module, { key: 'k' });
    await silence.look();
    await silence.look();
    expect(told).toHaveLength(2);
    expect(silence.until()).toBeNull();
  });

  it('has no request made that could not be counted, and is no refusal for good', async () => {
    let sent = 0;
    const budget = createBudget({ db: failing, clock: createManualClock(start) }, module, { key: 'k' });
    const fetch = budget?.counted(async () => {
      sent += 1;
      return new Response();
    });
    await expect(fetch?.('https://example.test', {})).rejects.toMatchObject({ kind: 'unavailable', noEffect: true });
    expect(sent).toBe(0);
  });
});
