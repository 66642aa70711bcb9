/** Where an outgoing message stands. */
export type DeliveryState = 'QUEUED' | 'SENDING' | 'ACCEPTED' | 'UNKNOWN' | 'FAILED' | 'CANCELLED';

/** How we know: the provider said so, the message was seen in its thread, or nothing contradicts it. */
export type DeliveryEvidence = 'PROVIDER' | 'ECHO' | 'ASSUMED';

/** How one attempt ended. */
export type AttemptOutcome = 'ACCEPTED' | 'REJECTED' | 'UNKNOWN';

/** What may happen to an outgoing message. */
export type DeliveryMove =
  | 'claim' // an attempt is about to start
  | 'accept' // the provider took it, or its echo was seen
  | 'put-back' // certainly not out, and worth another try
  | 'refuse' // certainly not out, and never will be
  | 'lose-sight' // it may be out: look before anything else
  | 'resend' // three reads over a minute did not show it: one more try
  | 'give-up'
  | 'cancel'
  | 'retry'; // a person asks for a new attempt

const moves: Readonly<Record<DeliveryState, Partial<Record<DeliveryMove, DeliveryState>>>> = {
  QUEUED: { claim: 'SENDING', cancel: 'CANCELLED', 'give-up': 'FAILED' },
  SENDING: { accept: 'ACCEPTED', 'put-back': 'QUEUED', refuse: 'FAILED', 'lose-sight': 'UNKNOWN' },
  UNKNOWN: { accept: 'ACCEPTED', resend: 'QUEUED', 'give-up': 'FAILED' },
  // A late echo of what was given up proves that it went out.
  FAILED: { retry: 'QUEUED', accept: 'ACCEPTED' },
  ACCEPTED: {},
  CANCELLED: {},
};

/** The state after a move, or null where that move is not allowed from there: states never go backwards. */
export function afterMove(state: DeliveryState, move: DeliveryMove): DeliveryState | null {
  return moves[state][move] ?? null;
}

/** Milliseconds to wait before the next try: full jitter over 1 s doubled for each attempt made, at most 5 min. `chance` is in [0, 1). */
export function backOffMs(attempts: number, chance: number, times: { base: number; cap: number }): number {
  return Math.floor(chance * Math.min(times.cap, times.base * 2 ** Math.max(0, attempts - 1)));
}

/**
 * A text as it is compared when a provider gives no key of ours back: Unicode composed, white space and line ends folded.
 * Providers rewrite texts, so equality is a hint of last resort, and only ever within one conversation.
 */
export function normalizeText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\s ]+/gu, ' ')
    .trim();
}
