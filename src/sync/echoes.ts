import { normalizeText } from '../domain/delivery.ts';
import type { ConversationId, ExternalMessageId } from '../domain/ids.ts';
import type { AccountRow } from '../store/account-lock.ts';
import type { Transaction } from '../store/database.ts';
import type { NewEvent } from '../store/feed.ts';
import { knownMessages, type ToldMessage } from '../store/message-writes.ts';
import { park } from '../store/parked.ts';
import { acceptByEcho, bindOwn, type OpenSend, openSends, releaseParked } from '../store/settling.ts';

/** What is left of a batch once echoes of our own sends are taken out, and what that changed. */
export interface Sifted {
  readonly told: readonly ToldMessage[];
  readonly events: readonly NewEvent[];
}

/**
 * Our own sends come back by every door. A message of our side with an unknown id, in a conversation with an undecided send:
 * - has the text of a send that is UNKNOWN (or given up, or taken without an id): it is that one, which is thereby ACCEPTED;
 * - else is parked until the send is decided.
 * One that is older than the send's start cannot be its echo. `windowMs` allows for clocks that differ.
 */
export async function siftEchoes(
  tx: Transaction,
  account: AccountRow,
  told: readonly ToldMessage[],
  options: { readonly windowMs: number; readonly now: Date },
): Promise<Sifted> {
  // What is kept out has no text to be known by, and no send that waits for it.
  const ours = told.filter((one) => one.message.sentBy === 'us' && one.message.kind !== 'internal' && !one.erased);
  const sends = await openSends(tx, [...new Set(ours.map((one) => one.conversationId))]);
  if (sends.length === 0) return { told, events: [] };
  const known = await knownMessages(
    tx,
    account,
    ours.map((one) => one.message.externalId),
  );
  const held = new Set<ExternalMessageId>();
  const events: NewEvent[] = [];
  for (const conversationId of new Set(sends.map((send) => send.conversationId))) {
    const candidates = ours.filter(
      (one) => one.conversationId === conversationId && !known.has(one.message.externalId),
    );
    const open = sends.filter((send) => send.conversationId === conversationId);
    const outcome = await matchEchoes(tx, account, { open, candidates, windowMs: options.windowMs });
    events.push(...outcome.events);
    if (outcome.undecided) {
      await park(tx, account, outcome.unmatched, options.now);
      for (const one of outcome.unmatched) held.add(one.message.externalId);
    } else if (outcome.events.length > 0) {
      events.push(...(await releaseParked(tx, account, conversationId, options.now)));
    }
  }
  return { told: told.filter((one) => !held.has(one.message.externalId)), events };
}

interface Matching {
  readonly open: readonly OpenSend[];
  readonly candidates: readonly ToldMessage[];
  readonly windowMs: number;
}

interface Matched {
  readonly events: readonly NewEvent[];
  readonly unmatched: readonly ToldMessage[];
  /** Whether a send of the conversation is still SENDING or UNKNOWN. */
  readonly undecided: boolean;
}

async function matchEchoes(
  tx: Transaction,
  account: AccountRow,
  { open, candidates, windowMs }: Matching,
): Promise<Matched> {
  let left = open;
  const events: NewEvent[] = [];
  const unmatched: ToldMessage[] = [];
  for (const candidate of candidates) {
    // A send in hand is settled by its own answer, which names the id: until then even an equal text only waits.
    const send = left.find((one) => one.state !== 'SENDING' && isEcho(candidate, one, windowMs));
    if (send) {
      left = left.filter((one) => one !== send);
      const { externalId, sentAt } = candidate.message;
      await bindOwn(tx, account, send.messageId, { externalId, ...(sentAt && { sentAt }) });
      await acceptByEcho(tx, send.messageId);
      events.push(changeOf(account, send.conversationId, send.messageId));
    } else if (left.some((one) => isUndecided(one) && isRecent(candidate, one, windowMs))) {
      unmatched.push(candidate);
    }
  }
  return { events, unmatched, undecided: left.some(isUndecided) };
}

function isUndecided({ state }: OpenSend): boolean {
  return state === 'SENDING' || state === 'UNKNOWN';
}

function isEcho(candidate: ToldMessage, send: OpenSend, windowMs: number): boolean {
  return (
    isRecent(candidate, send, windowMs) && normalizeText(candidate.message.body ?? '') === normalizeText(send.body)
  );
}

function isRecent(candidate: ToldMessage, send: OpenSend, windowMs: number): boolean {
  const at = candidate.message.sentAt;
  return at === null || at.getTime() >= send.startedAt.getTime() - windowMs;
}

function changeOf(account: AccountRow, conversationId: ConversationId, messageId: OpenSend['messageId']): NewEvent {
  return { type: 'MessageChanged', accountId: account.id, conversationId, messageId };
}
