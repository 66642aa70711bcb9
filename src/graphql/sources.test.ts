import { describe, expect, it } from 'vitest';
import type { Account, AccountState } from '../domain/account.ts';
import { ProviderError } from '../domain/errors.ts';
import type { SyncReport } from '../domain/gateway.ts';
import { type AccountId, brand } from '../domain/ids.ts';
import { sourceOf, staleBefore } from './sources.ts';

const now = new Date('2026-03-02T10:00:00Z');
const id = brand<AccountId>('acc_1');
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const outage = { kind: 'unavailable', message: 'down', retryAt: null };
const account = (state: AccountState, lastPulledAt: Date | null): Account =>
  ({ id, state, lastPulledAt, lastError: state === 'LIVE' ? null : outage }) as Account;
const report = (finished: boolean, error: ProviderError | null = null): SyncReport => ({
  accountId: id,
  received: 0,
  finished,
  error,
});
const stateOf = (given: Account, look?: SyncReport, oldest = staleBefore(now, { pullEveryMs: 30_000 })) =>
  sourceOf(given, look, oldest).state;

describe('an account as a source of a list', () => {
  it('is fresh while it is looked at in time, and stale when it has not been for minutes, or never', () => {
    expect(stateOf(account('LIVE', secondsAgo(60)))).toBe('FRESH');
    expect(stateOf(account('LIVE', secondsAgo(3600)))).toBe('STALE');
    expect(stateOf(account('CONNECTING', null))).toBe('STALE');
  });

  it('is fresh when it was looked at for this answer, or lately enough for the caller', () => {
    expect(stateOf(account('LIVE', secondsAgo(1)), report(true), now)).toBe('FRESH');
    expect(stateOf(account('LIVE', secondsAgo(5)), report(false), secondsAgo(10))).toBe('FRESH');
  });

  it('is stale when the caller wanted a look that was not made', () => {
    expect(stateOf(account('LIVE', secondsAgo(5)), report(false), now)).toBe('STALE');
  });

  it('tells why it failed, and since when it is not known', () => {
    expect(sourceOf(account('FAILING', secondsAgo(60)), undefined, secondsAgo(300))).toMatchObject({
      state: 'FAILED',
      observedAt: secondsAgo(60),
      error: { kind: 'unavailable', accountId: id },
    });
    const error = new ProviderError({ provider: 'acme', operation: 'pull', kind: 'timeout', message: 'slow' });
    expect(sourceOf(account('LIVE', now), report(false, error), now)).toMatchObject({
      state: 'FAILED',
      error: { kind: 'timeout', message: 'slow' },
    });
  });

  it('is paused when it was disconnected, whatever it failed with before', () => {
    expect(sourceOf(account('DISCONNECTED', now), undefined, now)).toMatchObject({ state: 'PAUSED', error: null });
  });
});
