import { ProviderError } from '../domain/errors.ts';
import type { Times } from '../domain/times.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { Call, ProviderAdapter, SendOutcome } from './contract.ts';
import type { Throttle } from './throttle.ts';

/** What an adapter's calls go through before they reach it. */
export interface GuardParts {
  readonly provider: string;
  readonly clock: Clock;
  readonly times: Times;
  readonly throttle: Throttle;
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

/**
 * Wraps any adapter: a deadline for each call, the throttle, at most two retries of reads, and nothing but ProviderError comes out.
 * Sends are tried once and are not aborted by a caller who went away: their outcome is always told.
 */
export function guardAdapter(adapter: ProviderAdapter, parts: GuardParts): ProviderAdapter {
  const { times } = parts;
  const read = <T>(operation: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> =>
    within(parts, call, times.callDeadlineMs, (bounded) =>
      withRetries(parts, bounded, () => attempt(parts, operation, bounded, work)),
    );
  const write = <T>(operation: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> =>
    within(parts, call, times.callDeadlineMs, (bounded) => attempt(parts, operation, bounded, work));
  const send: ProviderAdapter['send'] = (message, { lane }) =>
    within(parts, { lane, signal: new AbortController().signal }, times.sendDeadlineMs, (bounded) =>
      attempt(parts, 'send', bounded, (c) => adapter.send(message, c), failureOfSend),
    ).catch(outcomeOf);
  const { pull, confirm, sweep, glance, findConversation, bookings, upload, download } = adapter;
  const { describeAttachment, markRead, setNoReplyNeeded, setClosed } = adapter;
  return {
    verify: (call) => read('verify', call, (c) => adapter.verify(c)),
    conversations: (keys, call) => read('conversations', call, (c) => adapter.conversations(keys, c)),
    messages: (pages, call) => read('messages', call, (c) => adapter.messages(pages, c)),
    send,
    ...(pull && { pull: (from, call) => read('pull', call, (c) => pull.call(adapter, from, c)) }),
    ...(confirm && { confirm: (receipt, call) => write('confirm', call, (c) => confirm.call(adapter, receipt, c)) }),
    ...(sweep && { sweep: (from, call) => read('sweep', call, (c) => sweep.call(adapter, from, c)) }),
    ...(glance && { glance: (call) => read('glance', call, (c) => glance.call(adapter, c)) }),
    ...(findConversation && {
      findConversation: (of, call) => read('findConversation', call, (c) => findConversation.call(adapter, of, c)),
    }),
    ...(bookings && { bookings: (keys, call) => read('bookings', call, (c) => bookings.call(adapter, keys, c)) }),
    ...(upload && { upload: (file, call) => write('upload', call, (c) => upload.call(adapter, file, c)) }),
    ...(download && {
      download: (id, conversation, call) => read('download', call, (c) => download.call(adapter, id, conversation, c)),
    }),
    ...(describeAttachment && {
      describeAttachment: (id, conversation, call) =>
        read('describeAttachment', call, (c) => describeAttachment.call(adapter, id, conversation, c)),
    }),
    ...(markRead && {
      markRead: (conversation, messages, call) =>
        write('markRead', call, (c) => markRead.call(adapter, conversation, messages, c)),
    }),
    ...(setNoReplyNeeded && {
      setNoReplyNeeded: (conversation, value, call) =>
        write('setNoReplyNeeded', call, (c) => setNoReplyNeeded.call(adapter, conversation, value, c)),
    }),
    ...(setClosed && {
      setClosed: (conversation, closed, call) =>
        write('setClosed', call, (c) => setClosed.call(adapter, conversation, closed, c)),
    }),
  };
}

/** Bounds `work`, with all the tries that it makes and the waits between them. */
async function within<T>(
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

async function withRetries<T>(parts: GuardParts, call: Call, work: () => Promise<T>): Promise<T> {
  const { retries, baseMs } = parts.times.readRetry;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderError) || !isWorthRetrying(error) || tries >= retries) throw error;
      const wait = parts.clock.random() * baseMs * 2 ** tries;
      if (wait > 0) await sleep(parts.clock, wait, call.signal);
      if (call.signal.aborted) throw error;
    }
  }
}

/** Where the provider said when to come back, that is later than a retry would be. */
function isWorthRetrying({ kind, retryAt }: ProviderError): boolean {
  return passing.has(kind) && retryAt === null;
}

/** One try. `failureIn` finds the failure in an answer that tells of one instead of throwing it. */
async function attempt<T>(
  parts: GuardParts,
  operation: string,
  call: Call,
  work: (call: Call) => Promise<T>,
  failureIn: (answer: T) => ProviderError | null = () => null,
): Promise<T> {
  const started = parts.clock.monotonic();
  let begun = false;
  const note = (error: ProviderError | null): void => {
    // What was refused here, for one lane perhaps, says nothing of the others.
    if (begun && error?.kind === 'rate-limited' && error.retryAt) parts.throttle.hold(error.retryAt);
    parts.observe?.({ operation, lane: call.lane, ms: parts.clock.monotonic() - started, error });
  };
  const begin = async (): Promise<T> => {
    // Whoever has gone while this waited for its place is not asked for.
    call.signal.throwIfAborted();
    begun = true;
    return abandonedAt(call.signal, work(call));
  };
  const answer = await parts.throttle.run(call, operation, begin).catch((error: unknown) => {
    const failure = asProviderError(parts.provider, operation, error, { aborted: call.signal.aborted, begun });
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
  const [kind, message] = aborted
    ? (['timeout', 'did not answer in time'] as const)
    : (['protocol', 'could not be understood'] as const);
  return new ProviderError({ provider, operation, kind, message, noEffect: !begun, cause: error });
}

function failureOfSend(outcome: SendOutcome): ProviderError | null {
  return outcome.kind === 'accepted' ? null : outcome.error;
}

function outcomeOf(error: ProviderError): SendOutcome {
  return error.noEffect ? { kind: 'rejected', error } : { kind: 'unknown', error };
}
