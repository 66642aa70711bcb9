import { ProviderError, type ProviderErrorKind } from '../domain/errors.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';

/** `open`: nothing is asked; `half-open`: one call is on its way to find out whether the trouble is over. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Whether one account's provider is worth asking. One failing account says nothing of another. */
export interface Breaker {
  readonly state: BreakerState;
  /** Throws the provider's last failure where nothing is to be asked now. Takes no place. */
  check(operation: string): void;
  /** As `check`, and begins a call; the probe where one is due. What is returned must be told how it ended. */
  begin(operation: string): CallEnd;
}

/** Told once. `gone`: whoever asked left so soon that nothing can be concluded. */
export type CallEnd = (failure: ProviderError | null | 'gone') => void;

export interface BreakerParts {
  readonly provider: string;
  readonly clock: Clock;
  readonly times: Times;
  /** Told of each change, first of all that it is closed. */
  readonly changed?: (state: BreakerState) => void;
}

// Every other failure is an answer: the provider is there. Refused credentials count, or tokens would be asked for on and on.
const counted: ReadonlySet<ProviderErrorKind> = new Set(['unavailable', 'timeout', 'auth']);

/** Opens after failures in a row, at once where the provider says when to come back; lets one call a second find out; closes on success. */
export function createBreaker({ provider, clock, times, changed }: BreakerParts): Breaker {
  const { failures: most, probeEveryMs } = times.breaker;
  let state: BreakerState = 'closed';
  let failures = 0;
  let last: ProviderError | null = null;
  let probeAt = 0;

  const become = (next: BreakerState): void => {
    if (next === state) return;
    state = next;
    changed?.(next);
  };
  const isAsked = (): boolean => state === 'closed' || (state === 'open' && clock.monotonic() >= probeAt);
  const check = (operation: string): void => {
    if (!isAsked() && last) throw notAsked(provider, operation, last);
  };
  const failed = (failure: ProviderError, probing: boolean): void => {
    failures += 1;
    last = failure;
    const told =
      failure.kind === 'unavailable' && failure.retryAt ? failure.retryAt.getTime() - clock.now().getTime() : 0;
    // What was under way when it opened may still tell of a longer silence.
    if (told > 0) probeAt = Math.max(probeAt, clock.monotonic() + told);
    else if (state === 'closed' && failures >= most) probeAt = clock.monotonic() + probeEveryMs;
    if (probing || told > 0 || failures >= most) become('open');
  };
  changed?.(state);
  return {
    get state() {
      return state;
    },
    check,
    begin(operation) {
      check(operation);
      const probing = state === 'open';
      if (probing) {
        probeAt = clock.monotonic() + probeEveryMs;
        become('half-open');
      }
      return (failure) => {
        if (failure === null || (failure !== 'gone' && answered(failure))) {
          failures = 0;
          become('closed');
        } else if (failure !== 'gone' && counted.has(failure.kind)) failed(failure, probing);
        else if (probing && state === 'half-open') become('open');
      };
    },
  };
}

/** A limit says that it is there, and not that it does its work. */
function answered({ kind }: ProviderError): boolean {
  return !counted.has(kind) && kind !== 'rate-limited';
}

/** Why nothing was asked: what the provider said last, which is what a caller would hear again. */
function notAsked(provider: string, operation: string, { kind, detail, retryAt }: ProviderError): ProviderError {
  const message = `not asked for a moment, since it failed again and again: ${detail}`;
  return new ProviderError({ provider, operation, kind, message, retryAt, noEffect: true });
}
