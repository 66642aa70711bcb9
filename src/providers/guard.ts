import type { ProviderError } from '../domain/errors.ts';
import { attempt, type GuardParts, inBounds, within, withRetries } from './attempts.ts';
import type { Call, ProviderAdapter, SendOutcome, Slot } from './contract.ts';

/**
 * Wraps any adapter: a deadline for each call, the breaker, the throttle, at most two retries of reads, and nothing but ProviderError
 * comes out.
 * Sends are tried once and are not aborted by a caller who went away: their outcome is always told.
 */
export function guardAdapter(adapter: ProviderAdapter, parts: GuardParts): ProviderAdapter {
  const { times } = parts;
  const read = <T>(operation: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> =>
    within(parts, call, times.callDeadlineMs, (bounded) =>
      withRetries(parts, bounded, () => attempt(parts, operation, bounded, work, failureOfAll), failureOfAll),
    ).then((answer) => kept(answer, parts.clock.now()));
  const write = <T>(operation: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> =>
    within(parts, call, times.callDeadlineMs, (bounded) => attempt(parts, operation, bounded, work, noFailure));
  const send: ProviderAdapter['send'] = (message, { lane }) =>
    within(parts, { lane, signal: new AbortController().signal }, times.sendDeadlineMs, (bounded) =>
      attempt(parts, 'send', bounded, (c) => adapter.send(message, c), failureOfSend),
    )
      .catch(outcomeOf)
      .then((outcome) => (outcome.kind === 'accepted' ? outcome : keptFailure(outcome, parts.clock.now())));
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

const noFailure = (): null => null;

/** Where every key of a batch failed, that is how the call went: some providers are asked key by key. */
function failureOfAll(answer: unknown): ProviderError | null {
  if (!Array.isArray(answer)) return null;
  const failures = (answer as readonly Partial<Slot<unknown>>[]).map((slot) => (slot.ok === false ? slot.error : null));
  const limited = failures.find((one) => one?.kind === 'rate-limited');
  return limited ?? (failures.every((one) => one) ? failures[0] : null) ?? null;
}

/** The same answer, with bounds to when its failed keys may be asked for again. */
function kept<T>(answer: T, now: Date): T {
  if (!Array.isArray(answer)) return answer;
  return (answer as readonly Partial<Slot<unknown>>[]).map((slot) =>
    slot.ok === false && slot.error ? keptFailure({ ...slot, error: slot.error }, now) : slot,
  ) as T;
}

function keptFailure<T extends { readonly error: ProviderError }>(failed: T, now: Date): T {
  const error = inBounds(failed.error, now);
  return error === failed.error ? failed : { ...failed, error };
}

function failureOfSend(outcome: SendOutcome): ProviderError | null {
  return outcome.kind === 'accepted' ? null : outcome.error;
}

function outcomeOf(error: ProviderError): SendOutcome {
  return error.noEffect ? { kind: 'rejected', error } : { kind: 'unknown', error };
}
