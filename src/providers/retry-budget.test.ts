import { describe, expect, it } from 'vitest';
import type { ProviderError } from '../domain/errors.ts';
import { call, ending, failure, message, tryGuard } from './guard-trial.ts';
import { createRetryBudget } from './retry-budget.ts';

describe('the retries of an account', () => {
  it('are one for ten reads in the long run', () => {
    const budget = createRetryBudget();
    let retries = 0;
    for (let read = 0; read < 10_000; read += 1) {
      budget.asked();
      for (let tries = 0; tries < 2 && budget.take(); tries += 1) retries += 1;
    }
    expect(retries).toBeGreaterThanOrEqual(1_000);
    expect(retries).toBeLessThanOrEqual(1_010);
  });

  it('are not saved up without end', () => {
    const budget = createRetryBudget();
    for (let read = 0; read < 10_000; read += 1) budget.asked();
    let retries = 0;
    while (budget.take()) retries += 1;
    expect(retries).toBe(10);
  });

  it('do not multiply the calls to a provider where every other read fails', async () => {
    let turn = 0;
    const { guarded, reached, clock } = tryGuard(() =>
      turn++ % 2 === 0 ? Promise.reject(failure('unavailable')) : Promise.resolve([]),
    );
    for (let read = 0; read < 1_000; read += 1) await ending(guarded.messages([], call()), clock);
    expect(reached.length).toBeLessThanOrEqual(1_110);
  });
});

describe('a time to come back that a provider names', () => {
  const told = async (ms: number): Promise<readonly number[]> => {
    const retryAt = (now: Date) => new Date(now.getTime() + ms);
    const waits: number[] = [];
    const note = (clock: { now(): Date }, error: ProviderError | undefined): void =>
      void waits.push((error?.retryAt?.getTime() ?? 0) - clock.now().getTime());
    const throwing = tryGuard(() =>
      Promise.reject(failure('rate-limited', { retryAt: retryAt(throwing.clock.now()) })),
    );
    await throwing.guarded.messages([], call()).catch((error: ProviderError) => note(throwing.clock, error));
    const slots = tryGuard(async () => [
      { ok: false, error: failure('rate-limited', { retryAt: retryAt(slots.clock.now()) }) },
    ]);
    const [slot] = await slots.guarded.messages([], call());
    note(slots.clock, slot?.ok === false ? slot.error : undefined);
    const sending = tryGuard(async () => ({
      kind: 'rejected',
      error: failure('rate-limited', { retryAt: retryAt(sending.clock.now()), noEffect: true }),
    }));
    const outcome = await sending.guarded.send(message, call());
    note(sending.clock, outcome.kind === 'accepted' ? undefined : outcome.error);
    return waits;
  };

  it('is kept within a second and an hour, in whatever way it is told', async () => {
    const far = 8.6e15 - Date.parse('2026-03-02T09:00:00Z');
    for (const [given, kept] of [
      ...[[-60_000, 1000] as const, [0, 1000] as const, [999, 1000] as const, [1500, 1500] as const],
      ...[[3_600_000, 3_600_000] as const, [3_600_001, 3_600_000] as const, [far, 3_600_000] as const],
    ])
      expect(await told(given)).toEqual([kept, kept, kept]);
  });

  it('is heeded where only the keys of a batch tell it', async () => {
    const limited = failure('rate-limited', { retryAt: new Date('2026-03-02T09:01:00Z') });
    const { guarded, reached, clock } = tryGuard(async () => [{ ok: false, error: limited }]);
    await guarded.messages([], call());
    expect(await guarded.send(message, call())).toMatchObject({ kind: 'rejected', error: { kind: 'rate-limited' } });
    expect(reached).toEqual(['messages']);
    clock.advance(60_000);
    expect(await guarded.messages([], call())).toHaveLength(1);
  });
});
