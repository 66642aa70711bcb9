import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../domain/times.ts';
import type { ProviderAdapter, SendOutcome } from './contract.ts';
import {
  accepted,
  call,
  conversation,
  ending,
  failure,
  file,
  message,
  never,
  settle,
  start,
  tryGuard,
} from './guard-trial.ts';

const { sendDeadlineMs } = defaultTimes;

describe('a guarded write', () => {
  const writes: readonly [string, (adapter: ProviderAdapter) => Promise<unknown> | undefined][] = [
    ['confirm', (adapter) => adapter.confirm?.({ head: null }, call())],
    ['upload', (adapter) => adapter.upload?.(file, call())],
    ['markRead', (adapter) => adapter.markRead?.(conversation, [], call())],
    ['setNoReplyNeeded', (adapter) => adapter.setNoReplyNeeded?.(conversation, true, call())],
    ['setClosed', (adapter) => adapter.setClosed?.(conversation, true, call())],
    ['send', (adapter) => adapter.send(message, call())],
  ];

  for (const [name, ask] of writes) {
    it(`of ${name} is made once, whatever becomes of it`, async () => {
      for (const kind of ['unavailable', 'timeout', 'rate-limited', 'auth', 'protocol'] as const) {
        const { guarded, reached, clock } = tryGuard(() => Promise.reject(failure(kind)));
        await ending(ask(guarded), clock);
        expect(reached).toEqual([name]);
      }
    });
  }
});

describe('a guarded send', () => {
  it('answers what its adapter knows of the outcome', async () => {
    const unknown: SendOutcome = { kind: 'unknown', error: failure('unavailable') };
    for (const outcome of [accepted, unknown]) {
      expect(await tryGuard(async () => outcome).guarded.send(message, call())).toBe(outcome);
    }
  });

  it('never throws: rejected where it certainly did not go out, else unknown', async () => {
    const outcomeOf = (thrown: unknown) => tryGuard(() => Promise.reject(thrown)).guarded.send(message, call());
    expect(await outcomeOf(failure('unavailable', { noEffect: true }))).toMatchObject({ kind: 'rejected' });
    expect(await outcomeOf(failure('unavailable'))).toMatchObject({ kind: 'unknown' });
    expect(await outcomeOf(new TypeError('x'))).toMatchObject({ kind: 'unknown', error: { kind: 'protocol' } });
  });

  it('is put off, and may be tried again, where a fault of ours kept it from being begun', async () => {
    const lost = new Error('Connection terminated unexpectedly');
    const budget = { admit: () => Promise.reject(lost) };
    const { guarded, reached, observed } = tryGuard(async () => accepted, {}, { budget });
    expect(await guarded.send(message, call())).toMatchObject({
      kind: 'rejected',
      error: { kind: 'unavailable', noEffect: true, cause: lost },
    });
    expect([reached, observed.length]).toEqual([[], 1]);
  });

  it('is seen through when its caller has gone', async () => {
    const caller = new AbortController();
    const { guarded, clock } = tryGuard(
      ({ signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          clock.after(5000, () => resolve(accepted));
        }),
    );
    const work = guarded.send(message, call(caller.signal));
    await settle();
    caller.abort();
    await settle();
    clock.advance(5000);
    expect(await work).toBe(accepted);
  });

  it('is unknown at a deadline of its own, longer than that of reads', async () => {
    const { guarded, clock } = tryGuard(never);
    let over = false;
    const work = guarded.send(message, call()).finally(() => {
      over = true;
    });
    await settle();
    clock.advance(sendDeadlineMs - 1);
    await settle();
    expect(over).toBe(false);
    clock.advance(1);
    expect(await work).toMatchObject({ kind: 'unknown', error: { kind: 'timeout' } });
  });

  it('is rejected where it found no place until its deadline: nothing was sent', async () => {
    const { guarded, clock, reached } = tryGuard(never, { parallel: 1 });
    const [, second] = [guarded.send(message, call()), guarded.send(message, call())];
    await settle();
    clock.advance(sendDeadlineMs);
    expect(await second).toMatchObject({ kind: 'rejected', error: { kind: 'timeout', noEffect: true } });
    expect(reached).toEqual(['send']);
  });
});

describe('a provider that asks for silence', () => {
  const retryAt = new Date(start.getTime() + 60_000);
  const limited = failure('rate-limited', { retryAt, noEffect: true });

  it.each([
    ['by refusing a read', () => Promise.reject(limited)],
    ['by refusing a send', async () => ({ kind: 'rejected', error: limited })],
  ])('%s is left alone until then, by reads and sends', async (_, act) => {
    const { guarded, reached, clock } = tryGuard(act);
    await guarded.send(message, call());
    expect(reached).toEqual(['send']);
    await expect(guarded.messages([], call())).rejects.toMatchObject({ kind: 'rate-limited', retryAt });
    expect(await guarded.send(message, call())).toMatchObject({ kind: 'rejected', error: { retryAt } });
    expect(reached).toEqual(['send']);
    clock.advance(60_000);
    await guarded.messages([], call()).catch(() => null);
    expect(reached).toEqual(['send', 'messages']);
  });
});
