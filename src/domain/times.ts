/** Every duration that the flows go by, in milliseconds. Handed to the application as one object; tests hand in others. */
export interface Times {
  /** How long a claim on an account's poller or sweep holds unless renewed (DELIVERY 3.1). */
  readonly leaseMs: number;
  /** How long a claim on an outbox row holds: longer than `sendDeadlineMs`, or a live send would be taken over (DELIVERY 2.2). */
  readonly sendLeaseMs: number;
  /** How long one provider read may take in all (DELIVERY 7.1). */
  readonly callDeadlineMs: number;
  /** Retries of a failed read inside its caller's deadline, with full jitter over `baseMs` doubled each time (DELIVERY 7.1). */
  readonly readRetry: { readonly retries: number; readonly baseMs: number };
  /** Failures in a row after which an account's provider is not asked any more, and how often it is found out whether that is over (DELIVERY 7.2). */
  readonly breaker: { readonly failures: number; readonly probeEveryMs: number };
  /** How long one attempt to send may take before it counts as unknown (DELIVERY 7.1). */
  readonly sendDeadlineMs: number;
  /** How long a GraphQL operation may take, its provider reads included (DELIVERY 5.5). */
  readonly operationDeadlineMs: number;
  /** Waits between attempts to send: full jitter over `base` doubled each time, at most `cap` (DELIVERY 2.7). */
  readonly backOff: { readonly base: number; readonly cap: number };
  /** How long a message is tried before it is FAILED (DELIVERY 2.7). */
  readonly giveUpAfterMs: number;
  /** When an unknown send's thread is first read for its echo (DELIVERY 2.4). */
  readonly echoFirstReadMs: number;
  /** How many reads must not show the echo before it counts as absent: a number, not a duration (DELIVERY 2.4). */
  readonly echoReads: number;
  /** The time over which those reads are spread (DELIVERY 2.4). */
  readonly echoSpreadMs: number;
  /** How long before an attempt's start its echo may be dated: clocks differ (DELIVERY 2.4). */
  readonly echoWindowMs: number;
  /** How long an unanswered confirm may still arrive, so that an unmoved head is not confirmed again (DELIVERY 3.2). */
  readonly confirmHoldMs: number;
  /** How long before connecting a message may be dated and still be announced as new (DELIVERY 3.6). */
  readonly liveGraceMs: number;
  /** How often a walk over everything begins (DESIGN 5). */
  readonly sweepEveryMs: number;
  /** How long an account whose provider fails is left alone, unless the provider names a time itself. */
  readonly afterFailureMs: number;
  /** How often logs and outbox are looked at when no hint comes (DESIGN 7). */
  readonly lookEveryMs: number;
  /** How long events are kept to resume from (DELIVERY 4.2). */
  readonly eventRetentionMs: number;
  /** How long an idempotency key is remembered (DELIVERY 2.1). */
  readonly idempotencyMs: number;
  /** How long the id of a webhook delivery is remembered (DELIVERY 3.7). */
  readonly deliveryIdMs: number;
  /** How long an account may be CONNECTING: whoever was connecting it is gone by then. */
  readonly connectWithinMs: number;
  /** How often is looked for what has been kept long enough. */
  readonly pruneEveryMs: number;
  /** How often is looked for messages that are past what their tenants keep. */
  readonly retireEveryMs: number;
  /** How often it is looked whether sends are decided that an erasure waits for. */
  readonly eraseEveryMs: number;
  /** How long a stopping server finishes what is in hand (DELIVERY 8.1). */
  readonly drainMs: number;
  /** How long the event loop must have been held up for the process not to count as alive. */
  readonly stallMs: number;
  /** How long that is told after it is over. */
  readonly stallShownMs: number;
  /** How long the database may be out of reach before callers are sent elsewhere. */
  readonly unreachableMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The times of a server in earnest. */
export const defaultTimes: Times = {
  leaseMs: 30 * SECOND,
  sendLeaseMs: 60 * SECOND,
  callDeadlineMs: 10 * SECOND,
  readRetry: { retries: 2, baseMs: 200 },
  breaker: { failures: 5, probeEveryMs: SECOND },
  sendDeadlineMs: 30 * SECOND,
  operationDeadlineMs: 10 * SECOND,
  backOff: { base: SECOND, cap: 5 * MINUTE },
  giveUpAfterMs: DAY,
  echoFirstReadMs: 2 * SECOND,
  echoReads: 3,
  echoSpreadMs: MINUTE,
  echoWindowMs: 2 * MINUTE,
  confirmHoldMs: 2 * MINUTE,
  liveGraceMs: 5 * MINUTE,
  sweepEveryMs: 6 * HOUR,
  afterFailureMs: 15 * SECOND,
  lookEveryMs: 2 * SECOND,
  eventRetentionMs: 7 * DAY,
  idempotencyMs: 7 * DAY,
  deliveryIdMs: 7 * DAY,
  connectWithinMs: 2 * MINUTE,
  pruneEveryMs: 10 * MINUTE,
  retireEveryMs: HOUR,
  eraseEveryMs: 10 * SECOND,
  drainMs: 8 * SECOND,
  stallMs: 5 * SECOND,
  stallShownMs: 10 * SECOND,
  unreachableMs: 5 * SECOND,
};
