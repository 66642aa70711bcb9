import { describe, expect, it } from 'vitest';
import { ProviderError } from '../domain/errors.ts';
import { brand } from '../domain/ids.ts';
import { defaultTimes } from '../domain/times.ts';
import type { Call, ProviderAdapter } from './contract.ts';
import { guardAdapter } from './guard.ts';
import { call, conversation, ending, failure, message, never, settle, start, tryGuard } from './guard-trial.ts';

const { callDeadlineMs } = defaultTimes;

describe('a guarded read', () => {
  const reads: readonly [string, (adapter: ProviderAdapter) => Promise<unknown> | undefined][] = [
    ['verify', (adapter) => adapter.verify(call())],
    ['conversations', (adapter) => adapter.conversations([], call())],
    ['messages', (adapter) => adapter.messages([], call())],
    ['pull', (adapter) => adapter.pull?.(null, call())],
    ['sweep', (adapter) => adapter.sweep?.(null, call())],
    ['glance', (adapter) => adapter.glance?.(call())],
    ['findConversation', (adapter) => adapter.findConversation?.({ property: 'p', booking: 'b' }, call())],
    ['bookings', (adapter) => adapter.bookings?.([], call())],
    ['download', (adapter) => adapter.download?.(brand('f'), conversation, call())],
  ];

  for (const [name, ask] of reads) {
    it(`of ${name} is tried again twice where the trouble may be over by then`, async () => {
      for (const kind of ['unavailable', 'timeout'] as const) {
        const { guarded, reached, clock } = tryGuard(() => Promise.reject(failure(kind)));
        expect(await ending(ask(guarded), clock)).toMatchObject({ kind });
        expect(reached).toEqual([name, name, name]);
      }
    });
  }

  it('is not tried again where a refusal stays one, or the provider says when to come back', async () => {
    const retryAt = new Date(start.getTime() + 1000);
    const refusals = (['auth', 'forbidden', 'not-found', 'invalid', 'rate-limited', 'protocol'] as const).map((kind) =>
      failure(kind),
    );
    for (const error of [...refusals, failure('unavailable', { retryAt })]) {
      const { guarded, reached, clock } = tryGuard(() => Promise.reject(error));
      expect(await ending(guarded.messages([], call()), clock)).toBe(error);
      expect(reached).toEqual(['messages']);
    }
  });

  it('answers as soon as a try goes well', async () => {
    let tries = 0;
    const { guarded, clock } = tryGuard(() =>
      ++tries < 3 ? Promise.reject(failure('unavailable')) : Promise.resolve([]),
    );
    expect(await ending(guarded.messages([], call()), clock)).toEqual([]);
  });

  it('waits before each new try, longer from one to the next, and never in step with others', async () => {
    const { guarded, reached, clock } = tryGuard(() => Promise.reject(failure('unavailable')));
    const work = guarded.messages([], call()).catch(() => 'failed');
    await settle();
    expect(reached).toHaveLength(1);
    clock.advance(defaultTimes.readRetry.baseMs);
    await settle();
    expect(reached).toHaveLength(2);
    clock.advance(defaultTimes.readRetry.baseMs * 2);
    await settle();
    expect([reached.length, await work]).toEqual([3, 'failed']);
  });

  it('ends at its deadline, also where the adapter does not listen', async () => {
    const { guarded, reached, clock } = tryGuard(never);
    const work = guarded.messages([], call()).catch((error: unknown) => error);
    await settle();
    clock.advance(callDeadlineMs);
    expect(await work).toMatchObject({ kind: 'timeout', provider: 'acme', operation: 'messages' });
    expect(reached).toHaveLength(1);
  });

  it('ends at its deadline in all, however many tries it made until then', async () => {
    const slow = (given: Call) =>
      new Promise((_, reject) => {
        clock.after(callDeadlineMs * 0.6, () => reject(failure('unavailable')));
        given.signal.addEventListener('abort', () => reject(given.signal.reason));
      });
    const { guarded, reached, clock } = tryGuard(slow);
    const failed = await ending(guarded.messages([], call()), clock);
    expect(failed).toMatchObject({ kind: 'timeout' });
    expect(clock.monotonic()).toBeLessThanOrEqual(callDeadlineMs + 50);
    expect(reached).toHaveLength(2);
  });

  it('is called off when its caller has gone, and not tried again', async () => {
    const caller = new AbortController();
    const { guarded, reached } = tryGuard(never);
    const work = guarded.messages([], call(caller.signal)).catch((error: unknown) => error);
    await settle();
    caller.abort();
    expect(await work).toMatchObject({ kind: 'timeout', noEffect: false });
    expect(await guarded.messages([], call(caller.signal)).catch((error) => error)).toMatchObject({
      ...{ kind: 'timeout', noEffect: true },
    });
    expect(reached).toHaveLength(1);
  });

  it('does not come back from a wait for a caller who has gone meanwhile', async () => {
    const caller = new AbortController();
    const { guarded, reached } = tryGuard(() => Promise.reject(failure('unavailable')));
    const work = guarded.messages([], call(caller.signal)).catch((error: unknown) => error);
    await settle();
    caller.abort();
    expect(await work).toMatchObject({ kind: 'unavailable' });
    expect(reached).toHaveLength(1);
  });

  it('tells the adapter of its deadline by a signal, which is left alone once all is over', async () => {
    const signals: AbortSignal[] = [];
    const { guarded, clock } = tryGuard(async ({ signal }) => signals.push(signal));
    await guarded.messages([], call());
    clock.advance(2 * callDeadlineMs);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('fails with nothing but a ProviderError, whatever was thrown', async () => {
    for (const thrown of ['words', null, new TypeError('x is undefined'), { kind: 'unavailable' }]) {
      const { guarded, clock } = tryGuard(() => Promise.reject(thrown));
      const failed = await ending(guarded.messages([], call()), clock);
      expect(failed).toBeInstanceOf(ProviderError);
      expect(failed).toMatchObject({ kind: 'protocol', provider: 'acme', operation: 'messages', cause: thrown });
    }
    const throwing = tryGuard(() => {
      throw new Error('at once');
    });
    await expect(throwing.guarded.messages([], call())).rejects.toMatchObject({ kind: 'protocol' });
  });
});

describe('what a guard shows', () => {
  it('has the methods that its adapter has, and no others', () => {
    const { parts } = tryGuard(never);
    const adapter: ProviderAdapter = { verify: never, conversations: never, messages: never, send: never };
    expect(Object.keys(guardAdapter(adapter, parts)).sort()).toEqual(Object.keys(adapter).sort());
    expect(Object.keys(tryGuard(never).guarded)).toHaveLength(16);
  });

  it('tells of each try, how long it took and how it ended', async () => {
    const { guarded, observed, clock } = tryGuard(
      () => new Promise((_, reject) => clock.after(100, () => reject(failure('auth')))),
    );
    await ending(guarded.glance?.(call()), clock);
    expect(observed).toMatchObject([{ operation: 'glance', lane: 'person', ms: 100, error: { kind: 'auth' } }]);
    const sending = tryGuard(async () => ({ kind: 'unknown', error: failure('unavailable') }));
    await sending.guarded.send(message, call());
    expect(sending.observed).toMatchObject([{ operation: 'send', error: { kind: 'unavailable' } }]);
    const well = tryGuard(async () => []);
    await well.guarded.messages([], call());
    expect(well.observed).toMatchObject([{ operation: 'messages', ms: 0, error: null }]);
  });
});
