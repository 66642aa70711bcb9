import { ProviderError } from '../domain/errors.ts';
import type { Times } from '../domain/times.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { Breaker, CallEnd } from './breaker.ts';
import type { Call } from './contract.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Throttle } from './throttle.ts';

/** What an adapter's calls go through before they reach it. One set an account. */
export interface GuardParts {
  readonly provider: string;
  readonly clock: Clock;
  readonly times: Times;
  readonly throttle: Throttle;
  readonly breaker: Breaker;
  readonly retries: RetryBudget;
  /** Told of every call that ended: for counters and logs. */
  readonly observe?: (call: ObservedCall) => void;
}

export interface ObservedCall {
  readonly operation: string;
  readonly lane: Call['lane'];
  readonly ms: number;
  /** Null where it went well. */
  readonly error: ProviderError | null;
}

// Only these may be over at the next try. A refusal stays a refusal, and a 429 says itself when to come back.
const passing = new Set<ProviderError['kind']>(['unavailable', 'timeout']);
const SHORTEST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 3_600_000;

/** Bounds `work`, with all the tries that it makes and the waits between them. */
export async function within<T>(
  { clock }: GuardParts,
  call: Call,
  deadlineMs: number,
  work: (bounded: Call) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const disarm = clock.after(deadlineMs, () => deadline.abort(new Error('deadline')));
  try {
    return await work({ ...call, signal: AbortSignal.any([call.signal, deadline.signal]) });
  } finally {
    disarm();
  }
}

/** Finds the failure in an answer that tells of one instead of throwing it. */
export type FailureIn<T> = (answer: T) => ProviderError | null;

/** Tries a read again where the trouble may be over by then and the account's reads have retries left. */
export async function withRetries<T>(
  parts: GuardParts,
  call: Call,
  work: () => Promise<T>,
  failureIn: FailureIn<T>,
): Promise<T> {
  const { retries, baseMs } = parts.times.readRetry;
  parts.retries.asked();
  for (let tries = 0; ; tries += 1) {
    const [answer] = await Promise.allSettled([work()]);
    const failure: unknown = answer.status === 'rejected' ? answer.reason : failureIn(answer.value);
    const again = failure instanceof ProviderError && tries < retries && isWorthRetrying(parts, failure);
    const wait = again ? parts.clock.random() * baseMs * 2 ** tries : 0;
    if (wait > 0) await sleep(parts.clock, wait, call.signal);
    if (again && !call.signal.aborted) continue;
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }
}

/** Not where the provider said when to come back, that is later than a retry would be; and not where nothing would be asked anyway. */
function isWorthRetrying({ breaker, retries }: GuardParts, { kind, retryAt }: ProviderError): boolean {
  return passing.has(kind) && retryAt === null && breaker.state === 'closed' && retries.take();
}

/** One try. */
export async function attempt<T>(
  parts: GuardParts,
  operation: string,
  call: Call,
  work: (call: Call) => Promise<T>,
  failureIn: FailureIn<T>,
): Promise<T> {
  const { clock, breaker, throttle } = parts;
  const started = clock.monotonic();
  let end: CallEnd | null = null;
  let begunAt = started;
  const note = (error: ProviderError | null): void => {
    // What was refused here, for one lane perhaps, says nothing of the others.
    if (end && error?.kind === 'rate-limited' && error.retryAt) throttle.hold(error.retryAt);
    const leftEarly = call.signal.aborted && clock.monotonic() - begunAt < parts.times.callDeadlineMs / 2;
    end?.(error && leftEarly ? 'gone' : error);
    parts.observe?.({ operation, lane: call.lane, ms: clock.monotonic() - started, error });
  };
  const begin = async (): Promise<T> => {
    // Whoever has gone while this waited for its place is not asked for.
    call.signal.throwIfAborted();
    end = breaker.begin(operation);
    begunAt = clock.monotonic();
    return abandonedAt(call.signal, work(call));
  };
  const answering = async (): Promise<T> => {
    breaker.check(operation);
    return throttle.run(call, operation, begin);
  };
  const answer = await answering().catch((error: unknown) => {
    const given = asProviderError(parts.provider, operation, error, {
      aborted: call.signal.aborted,
      begun: end !== null,
    });
    const failure = end === null ? given : inBounds(given, clock.now());
    note(failure);
    throw failure;
  });
  note(failureIn(answer));
  return answer;
}

/** An adapter that does not listen to its signal is not waited for. */
function abandonedAt<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const quit = (): void => reject(signal.reason);
    if (signal.aborted) quit();
    signal.addEventListener('abort', quit, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', quit));
  });
}

function asProviderError(
  provider: string,
  operation: string,
  error: unknown,
  { aborted, begun }: { readonly aborted: boolean; readonly begun: boolean },
): ProviderError {
  if (error instanceof ProviderError) return error;
  const [kind, message] = kindOf(aborted, begun);
  return new ProviderError({ provider, operation, kind, message, noEffect: !begun, cause: error });
}

function kindOf(aborted: boolean, begun: boolean): readonly [ProviderError['kind'], string] {
  if (aborted) return ['timeout', 'did not answer in time'];
  // Nobody was asked: whatever failed is ours, and may be over at the next try.
  return begun ? ['protocol', 'could not be understood'] : ['unavailable', 'could not be asked, by a fault of ours'];
}

/** However absurd the time that a provider names: it is left alone for a second at least, and for an hour at most. */
export function inBounds(error: ProviderError, now: Date): ProviderError {
  if (error.retryAt === null) return error;
  const wait = error.retryAt.getTime() - now.getTime();
  const kept = Math.min(Math.max(wait, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  if (kept === wait) return error;
  const { provider, operation, kind, detail, noEffect } = error;
  const retryAt = new Date(now.getTime() + kept);
  return new ProviderError({ provider, operation, kind, message: detail, retryAt, noEffect, cause: error });
}
