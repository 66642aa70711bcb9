import type { Failure } from '../domain/account.ts';
import { backOffMs } from '../domain/delivery.ts';
import { ProviderError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { Wakes } from '../lib/wake.ts';
import type { SendOutcome } from '../providers/contract.ts';
import { feedTopic } from '../store/feed.ts';
import { outboxAge } from '../store/outbox-age.ts';
import { claimSends, claimUnknown, expiredSends, hastenSends, nextDueMs, type SendClaim } from '../store/sending.ts';
import { recordAbsence, type Settlement, settle } from '../store/settling.ts';
import type { Tracing } from '../telemetry/contract.ts';
import type { Connections } from './connections.ts';
import { type EchoReadParts, readForEcho } from './echo-reads.ts';
import { noteFailure } from './poller.ts';

export interface SenderParts extends EchoReadParts {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly times: Times;
  readonly wakes: Wakes;
  readonly log: Log;
  readonly tracing: Tracing;
  /** Names this process in leases. */
  readonly owner: string;
}

// Messages taken in one turn, each sent beside the others.
const AT_ONCE = 32;

// Kinds of refusal that may be over at the next try; all others stay.
const worthAnotherTry = new Set<ProviderError['kind']>(['rate-limited', 'unavailable', 'timeout']);

/** The loop that sends. */
export interface Sender extends Loop {
  /** That account's provider answers again: what waited for it is sent. */
  hasten(id: AccountId): void;
}

/** Delivers what is queued: claim, send once, settle; and looks for what may have gone out. The only place with retries of sends. */
export function createSender(parts: SenderParts): Sender {
  const { db, times, owner } = parts;
  // Each in hand for itself: a provider that hangs holds up nobody else's messages.
  const inHand = new Set<Promise<void>>();
  const healed = new Set<AccountId>();
  const take = (work: Promise<void>): void => {
    const task = work.catch(logged(parts)).finally(() => {
      inHand.delete(task);
      loop.wake();
    });
    inHand.add(task);
  };
  const loop = createLoop({
    name: 'sender',
    clock: parts.clock,
    async turn() {
      for (const id of healed) {
        await hastenSends(db, id);
        healed.delete(id);
      }
      for (const claim of await expiredSends(db)) await loseSight(parts, claim, LEASE_RAN_OUT);
      const limit = AT_ONCE - inHand.size;
      if (limit <= 0) return times.lookEveryMs;
      const terms = { owner, limit, leaseMs: times.sendLeaseMs };
      for (const claim of await claimSends(db, terms)) take(attempt(parts, claim));
      for (const claim of await claimUnknown(db, terms)) take(lookFor(parts, claim));
      return Math.min(times.lookEveryMs, Math.max(1, (await nextDueMs(db)) ?? times.lookEveryMs));
    },
    onError(error) {
      logged(parts)(error);
      return times.lookEveryMs;
    },
  });
  const settle = async (): Promise<void> => {
    while (loop.busy || inHand.size > 0) {
      await loop.settle();
      await Promise.all(inHand);
    }
  };
  return {
    ...loop,
    get busy() {
      return loop.busy || inHand.size > 0;
    },
    settle,
    hasten(id) {
      healed.add(id);
      loop.wake();
    },
    async stop() {
      await loop.stop();
      await Promise.all(inHand);
    },
  };
}

function logged(parts: SenderParts): (error: unknown) => void {
  return (error) => parts.log.error({ err: error }, 'sending failed');
}

const LEASE_RAN_OUT: Failure = {
  kind: 'timeout',
  message: 'the process that was sending this ended before it could tell the outcome',
  retryAt: null,
};

/** A span of its own: whoever asked for it was answered long ago. */
function attempt(parts: SenderParts, claim: SendClaim): Promise<void> {
  const facts = { 'parley.attempt': claim.attempt };
  return parts.tracing.span({ name: 'send attempt', kind: 'internal', parent: 'none', facts }, () =>
    deliver(parts, claim),
  );
}

async function deliver(parts: SenderParts, claim: SendClaim): Promise<void> {
  const connection = await parts.connections.of(claim.accountId);
  // Not tied to any caller: a send that has begun is seen through.
  const signal = new AbortController().signal;
  const message = { conversation: claim.conversation, body: claim.body, attachments: claim.attachments };
  const outcome: SendOutcome = connection
    ? await connection.adapter.send(message, { signal, lane: 'person' })
    : { kind: 'rejected', error: notConnected() };
  if (outcome.kind === 'accepted')
    return write(parts, claim, {
      state: 'ACCEPTED',
      outcome: 'ACCEPTED',
      evidence: outcome.id === null ? 'ASSUMED' : 'PROVIDER',
      externalId: outcome.id,
      sentAt: outcome.at,
      mailed: outcome.notes.includes('GUEST_GETS_EMAIL'),
    });
  if (connection && outcome.error.kind === 'auth') await noteFailure(parts, connection, outcome.error);
  if (outcome.kind === 'unknown') return loseSight(parts, claim, failureOf(outcome.error));
  return putBack(parts, claim, outcome.error);
}

/** It certainly did not go out: try again later where that may help, else say so for good. */
async function putBack(parts: SenderParts, claim: SendClaim, error: ProviderError): Promise<void> {
  const { times, clock } = parts;
  const age = await outboxAge(parts.db, claim.messageId);
  const hopeless = !worthAnotherTry.has(error.kind) || age.pastGiveUp;
  const base = { outcome: 'REJECTED', error: failureOf(error) } as const;
  // This attempt is certainly not out, but one before it that was never seen may be.
  if (hopeless) return write(parts, claim, { ...base, state: 'FAILED', needsAttention: age.resent });
  const asked = error.retryAt ? error.retryAt.getTime() - clock.now().getTime() : 0;
  const dueInMs = Math.max(asked, backOffMs(age.tries, clock.random(), times.backOff));
  return write(parts, claim, { ...base, state: 'QUEUED', dueInMs });
}

/** It may have gone out: from here on it is looked for, never blindly sent again. */
function loseSight(parts: SenderParts, claim: SendClaim, error: Failure): Promise<void> {
  return write(parts, claim, { state: 'UNKNOWN', outcome: 'UNKNOWN', error, dueInMs: parts.times.echoFirstReadMs });
}

/** Reads the thread of an UNKNOWN message; taking that in settles it where its echo is there. */
async function lookFor(parts: SenderParts, claim: SendClaim): Promise<void> {
  const { times } = parts;
  const connection = await parts.connections.of(claim.accountId);
  const failure = connection ? await readForEcho(parts, connection, claim) : notConnected();
  const gap = times.echoSpreadMs / (times.echoReads - 1);
  const seen = await recordAbsence(parts.db, claim, { counted: failure === null, dueInMs: gap });
  // No longer ours, or no longer unknown: the echo was found.
  if (!seen) return;
  const absent = seen.reads >= times.echoReads && seen.forMs >= times.echoSpreadMs;
  if (absent && !seen.resent && !seen.pastGiveUp)
    return write(parts, claim, { state: 'QUEUED', outcome: null, resent: true, unseen: true });
  if (absent || seen.pastGiveUp)
    return write(parts, claim, { state: 'FAILED', outcome: null, needsAttention: true, error: NOT_SEEN, unseen: true });
}

const NOT_SEEN: Failure = {
  kind: 'unknown',
  message: 'it could not be told whether this reached the guest: look at the conversation before sending it again',
  retryAt: null,
};

async function write(parts: SenderParts, claim: SendClaim, settlement: Settlement): Promise<void> {
  const written = await settle(parts.db, claim, settlement, parts.clock.now());
  if (written) parts.wakes.notify(feedTopic(claim.tenantId));
  else parts.log.warn({ message: claim.messageId, attempt: claim.attempt }, 'an outcome came after its lease was gone');
}

function failureOf(error: ProviderError): Failure {
  return { kind: error.kind, message: error.detail, retryAt: error.retryAt };
}

function notConnected(): ProviderError {
  const message = 'the account is not connected';
  return new ProviderError({ provider: 'parley', operation: 'send', kind: 'unavailable', message, noEffect: true });
}
