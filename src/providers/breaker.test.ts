import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../domain/times.ts';
import { createManualClock } from '../lib/clock.ts';
import { createBreaker } from './breaker.ts';
import { accepted, call, ending, failure, message, never, settle, start, tryGuard } from './guard-trial.ts';

const { failures: most, probeEveryMs } = defaultTimes.breaker;

/** A guard over a provider that does as `mood` says, and the calls that got through to it. */
function troubled() {
  const mood = { act: (): Promise<unknown> => Promise.reject(failure('unavailable')) };
  const guard = tryGuard(() => mood.act());
  return { ...guard, mood };
}

describe('a breaker', () => {
  it('opens after failures in a row, and then answers at once with what the provider said', async () => {
    const { guarded, reached, states, mood, clock } = troubled();
    mood.act = () => Promise.reject(failure('unavailable'));
    const before = clock.monotonic();
    for (let turn = 0; turn < 20; turn += 1) await guarded.send(message, call());
    expect([reached.length, states, clock.monotonic()]).toEqual([most, ['closed', 'open'], before]);
    const refused = { kind: 'unavailable', noEffect: true, retryAt: null };
    expect(await guarded.send(message, call())).toMatchObject({ kind: 'rejected', error: refused });
    await expect(guarded.messages([], call())).rejects.toMatchObject({ ...refused, operation: 'messages' });
  });

  it('lets one call in a second find out, however many ask, and closes when that goes well', async () => {
    const { guarded, reached, states, mood, clock } = troubled();
    for (let turn = 0; turn < most; turn += 1) await guarded.send(message, call());
    reached.length = 0;
    mood.act = never;
    clock.advance(probeEveryMs);
    const probes = Array.from({ length: 50 }, () => guarded.send(message, call()));
    await settle();
    expect([reached.length, states.at(-1)]).toEqual([1, 'half-open']);
    mood.act = async () => [];
    // As long as the probe is under way, nobody else goes.
    clock.advance(5 * probeEveryMs);
    await expect(guarded.messages([], call())).rejects.toMatchObject({ kind: 'unavailable' });
    clock.advance(defaultTimes.sendDeadlineMs);
    await Promise.all(probes);
    expect(states.at(-1)).toBe('open');
    expect(await guarded.messages([], call())).toEqual([]);
    expect([states.at(-1), await guarded.messages([], call())]).toEqual(['closed', []]);
  });

  it('lets never more than one call a second through while the trouble lasts', async () => {
    const { guarded, reached, clock } = troubled();
    for (let turn = 0; turn < most; turn += 1) await guarded.send(message, call());
    reached.length = 0;
    for (let tick = 0; tick < 600; tick += 1) {
      clock.advance(100);
      await guarded.messages([], call()).catch(() => null);
    }
    expect(reached.length).toBeGreaterThanOrEqual(59);
    expect(reached.length).toBeLessThanOrEqual(60);
  });

  it('stays closed where the provider answers, be it with a refusal', async () => {
    const { guarded, reached, mood } = troubled();
    for (const kind of ['not-found', 'invalid', 'forbidden', 'protocol', 'rate-limited'] as const) {
      mood.act = () => Promise.reject(failure(kind));
      for (let turn = 0; turn < 10; turn += 1) await guarded.messages([], call()).catch(() => null);
    }
    expect(reached).toHaveLength(50);
  });

  it('opens for refused credentials, so that tokens are not asked for on and on', async () => {
    const { guarded, reached, mood } = troubled();
    mood.act = () => Promise.reject(failure('auth'));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => guarded.messages([], call()).catch((error: unknown) => error)),
    );
    expect(outcomes.every((one) => (one as { kind: string }).kind === 'auth')).toBe(true);
    // Those that were on their way already, and no more.
    expect(reached.length).toBeLessThan(10);
  });

  it('is not opened by failures with a success between them, nor by callers who leave early', async () => {
    const { guarded, reached, mood, states } = troubled();
    for (let turn = 0; turn < 30; turn += 1) {
      mood.act = turn % most === most - 1 ? async () => accepted : () => Promise.reject(failure('unavailable'));
      await guarded.send(message, call());
    }
    mood.act = never;
    for (let turn = 0; turn < 20; turn += 1) {
      const caller = new AbortController();
      const work = guarded.messages([], call(caller.signal)).catch(() => null);
      await settle();
      caller.abort();
      await work;
    }
    expect([reached.length, states]).toEqual([50, ['closed']]);
  });

  it('stays open until the provider said to come back, and a probe that nobody waits for gives its place back', async () => {
    const clock = createManualClock(start);
    const breaker = createBreaker({ provider: 'acme', clock, times: defaultTimes });
    breaker.begin('messages')(failure('unavailable', { retryAt: new Date(start.getTime() + 60_000) }));
    clock.advance(59_999);
    expect(() => breaker.check('messages')).toThrow('not asked for a moment');
    clock.advance(1);
    breaker.begin('messages')('gone');
    expect(breaker.state).toBe('open');
    clock.advance(probeEveryMs);
    breaker.begin('messages')(null);
    expect(breaker.state).toBe('closed');
  });

  it('counts what every key of a batch told, where a provider is asked key by key', async () => {
    const { guarded, reached, mood, states, clock } = troubled();
    mood.act = async () => [{ ok: false, error: failure('unavailable') }];
    expect(await ending(guarded.messages([], call()), clock)).toMatchObject([{ ok: false }]);
    expect(reached).toHaveLength(3);
    await ending(guarded.messages([], call()), clock);
    expect([reached.length, states]).toEqual([most, ['closed', 'open']]);
    // One bad key says nothing of its neighbours.
    const some = troubled();
    some.mood.act = async () => [
      { ok: false, error: failure('unavailable') },
      { ok: true, value: null },
    ];
    for (let turn = 0; turn < 10; turn += 1) await some.guarded.messages([], call());
    expect([some.reached.length, some.states]).toEqual([10, ['closed']]);
  });
});
