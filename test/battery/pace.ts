import { defaultTimes, type Times } from '../../src/domain/times.ts';

/** A server's times, shortened where a history waits for them: a lease runs out in seconds, and still outlives what it is for. */
export const hurried: Times = {
  ...defaultTimes,
  leaseMs: 1_500,
  sendLeaseMs: 2_500,
  callDeadlineMs: 1_000,
  readRetry: { retries: 2, baseMs: 20 },
  sendDeadlineMs: 1_000,
  backOff: { base: 50, cap: 500 },
  echoFirstReadMs: 100,
  echoSpreadMs: 1_500,
  confirmHoldMs: 1_500,
  afterFailureMs: 200,
  lookEveryMs: 200,
};

/** How often a provider is looked at. */
export const PULL_EVERY_MS = 250;
