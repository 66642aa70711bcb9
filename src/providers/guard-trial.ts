import { ProviderError, type ProviderErrorKind } from '../domain/errors.ts';
import { brand } from '../domain/ids.ts';
import { defaultTimes } from '../domain/times.ts';
import { createManualClock, type ManualClock } from '../lib/clock.ts';
import type { ObservedCall } from './attempts.ts';
import { type BreakerState, createBreaker } from './breaker.ts';
import type { Call, OutgoingMessage, ProviderAdapter, SendOutcome } from './contract.ts';
import { guardAdapter } from './guard.ts';
import type { Limits } from './limits.ts';
import { createRetryBudget } from './retry-budget.ts';
import { createThrottle } from './throttle.ts';

/* What the tests of the guard stand on: an adapter that does as it is told, and a clock that is moved. */

export const start = new Date('2026-03-02T09:00:00Z');
export const conversation = { externalId: brand<never>('c1'), address: {} };
export const message: OutgoingMessage = { conversation, body: 'Hello', attachments: [] };
export const file = { conversation, name: 'a.png', contentType: 'image/png', bytes: new Uint8Array() };
export const call = (signal: AbortSignal = new AbortController().signal): Call => ({ lane: 'person', signal });
export const accepted: SendOutcome = { kind: 'accepted', id: brand('m1'), at: start, notes: [] };

/** A guarded adapter of which every method is noted and does `act`. */
export function tryGuard(
  act: (call: Call) => Promise<unknown>,
  limits: Partial<Limits> = {},
  shared: Parameters<typeof createThrottle>[3] & { readonly clock?: ManualClock } = {},
) {
  const clock = shared.clock ?? createManualClock(start);
  const reached: string[] = [];
  const observed: ObservedCall[] = [];
  const method =
    (name: string) =>
    (...args: readonly unknown[]): Promise<never> => {
      reached.push(name);
      return act(args.at(-1) as Call) as Promise<never>;
    };
  const adapter: Required<ProviderAdapter> = {
    ...{ verify: method('verify'), conversations: method('conversations'), messages: method('messages') },
    ...{ send: method('send'), pull: method('pull'), confirm: method('confirm'), sweep: method('sweep') },
    ...{ glance: method('glance'), findConversation: method('findConversation'), bookings: method('bookings') },
    ...{ upload: method('upload'), download: method('download'), markRead: method('markRead') },
    describeAttachment: method('describeAttachment'),
    ...{ setNoReplyNeeded: method('setNoReplyNeeded'), setClosed: method('setClosed') },
  };
  const throttle = createThrottle(
    'acme',
    {
      ...{ batchSize: 25, pageSize: 25, pullEveryMs: 1000, minGapMs: 0, maxTextLength: null, attachments: null },
      replyWindow: null,
      ...{ requestsPerHour: null, parallel: 4, ...limits },
    },
    clock,
    shared,
  );
  const states: BreakerState[] = [];
  const breaker = createBreaker({
    ...{ provider: 'acme', clock, times: defaultTimes },
    changed: (state) => void states.push(state),
  });
  const observe = (one: ObservedCall) => void observed.push(one);
  const parts = {
    provider: 'acme',
    clock,
    times: defaultTimes,
    throttle,
    breaker,
    retries: createRetryBudget(),
    observe,
  };
  const guarded = guardAdapter(adapter, parts);
  return { clock, reached, observed, states, guarded, parts };
}

/** An adapter's own failure. */
export function failure(kind: ProviderErrorKind, more: { retryAt?: Date; noEffect?: boolean } = {}): ProviderError {
  return new ProviderError({ provider: 'acme', operation: 'test', kind, message: 'no', ...more });
}

/** What came of it in the end, with time moved on as far as it takes. */
export async function ending(
  work: Promise<unknown> | undefined,
  clock: { advance(ms: number): void },
): Promise<unknown> {
  let over = false;
  const outcome = Promise.resolve(work)
    .catch((error: unknown) => error)
    .finally(() => {
      over = true;
    });
  for (let moved = 0; !over && moved < 5 * defaultTimes.sendDeadlineMs; moved += 50) {
    await settle();
    clock.advance(50);
  }
  return outcome;
}

/** Lets go on what does not wait for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

/** Is under way for ever. */
export const never = (): Promise<never> => Promise.race([]);
