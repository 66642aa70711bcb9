import type { Failure } from '../domain/account.ts';
import { type AttemptOutcome, type DeliveryEvidence, type DeliveryState, normalizeText } from '../domain/delivery.ts';
import type { ConversationId, ExternalMessageId, MessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { AccountRow } from './account-lock.ts';
import { lockAccount } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents, type NewEvent } from './feed.ts';
import { deriveConversations, insertMessages } from './message-writes.ts';
import { parkedOf, unpark } from './parked.ts';
import { failureToJson } from './rows.ts';
import type { SendClaim } from './sending.ts';

/** Where an attempt leaves its message. Moments are milliseconds from now on the database's clock. */
export interface Settlement {
  readonly state: DeliveryState;
  /** Null leaves the attempt's record as it is. */
  readonly outcome: AttemptOutcome | null;
  readonly evidence?: DeliveryEvidence;
  readonly externalId?: ExternalMessageId | null;
  readonly sentAt?: Date;
  /** Whether the participant was told to get it by e-mail. */
  readonly mailed?: boolean;
  readonly error?: Failure | null;
  /** When to go on, for QUEUED and UNKNOWN. */
  readonly dueInMs?: number;
  readonly resent?: boolean;
  readonly needsAttention?: boolean;
  /** Its reads did not show its text: a single message of ours that was parked meanwhile is it, rewritten by the provider. */
  readonly unseen?: boolean;
}

/**
 * Writes down how an attempt ended, if the claim still holds: a fence raised meanwhile means that somebody else looks after the message,
 * and this result is too late to be trusted. Tells whether it was written.
 * What was parked while the send was undecided is bound to it or released as messages of their own.
 */
export async function settle(db: Database, claim: SendClaim, settlement: Settlement, now: Date): Promise<boolean> {
  return db.transaction(async (tx) => {
    const account = await lockAccount(tx, claim.accountId);
    const state = account && (await moveOutbox(tx, claim, settlement));
    if (!account || !state) return false;
    await endAttempt(tx, claim, settlement);
    const events: NewEvent[] = [];
    if (settlement.state === 'ACCEPTED') await bindOwn(tx, account, claim.messageId, settlement);
    await noteMailed(tx, claim.conversationId, settlement);
    const seen = await settleByParked(tx, account, claim, settlement);
    if (seen || state !== 'UNKNOWN') events.push(...(await releaseParked(tx, account, claim.conversationId, now)));
    const own = { accountId: claim.accountId, conversationId: claim.conversationId };
    events.push({ type: 'MessageChanged', ...own, messageId: claim.messageId });
    await appendEvents(tx, claim.tenantId, events, now);
    return true;
  });
}

/** Answers the state that it is in then; null where the claim no longer holds. */
async function moveOutbox(tx: Transaction, claim: SendClaim, settlement: Settlement): Promise<DeliveryState | null> {
  // Of an account that was disconnected meanwhile nothing is sent again, and nobody looks for it.
  const [account] = await tx.$queryRaw<{ state: string }[]>`SELECT state FROM account WHERE id = ${claim.accountId}`;
  const state = (account?.state === 'DISCONNECTED' && withoutAccount[settlement.state]) || settlement.state;
  const needsAttention = settlement.needsAttention || (state === 'FAILED' && settlement.state === 'UNKNOWN');
  const written = await tx.$executeRaw`
    UPDATE outbox SET state = ${state}, evidence = coalesce(${settlement.evidence ?? null}, evidence),
      error = ${failureToJson(settlement.error ?? null)}::jsonb, lease_owner = NULL, lease_until = NULL,
      due_at = parley_now() + ${settlement.dueInMs ?? 0} * interval '1 millisecond',
      absences = CASE WHEN state = 'SENDING' THEN 0 ELSE absences END,
      absent_since = CASE WHEN state = 'SENDING' THEN NULL ELSE absent_since END,
      resent = coalesce(${settlement.resent ?? null}, resent), needs_attention = ${needsAttention ?? false}
    WHERE message_id = ${claim.messageId} AND lease_fence = ${claim.fence} AND state IN ('SENDING', 'UNKNOWN')`;
  return written === 1 ? state : null;
}

const withoutAccount: Partial<Record<DeliveryState, DeliveryState>> = { QUEUED: 'CANCELLED', UNKNOWN: 'FAILED' };

/** Only an answer tells how messages reach the participant: whoever writes next is warned by it. */
async function noteMailed(tx: Transaction, id: ConversationId, { mailed }: Settlement): Promise<void> {
  if (mailed === undefined) return;
  await tx.$executeRaw`
    UPDATE conversation SET facts = coalesce(facts, '{}') || jsonb_build_object('mailed', ${mailed}::bool)
    WHERE id = ${id} AND coalesce((facts->>'mailed')::bool, false) <> ${mailed}`;
}

async function endAttempt(tx: Transaction, claim: SendClaim, settlement: Settlement): Promise<void> {
  if (settlement.outcome === null) return;
  await tx.$executeRaw`
    UPDATE attempt SET ended_at = coalesce(ended_at, parley_now()), outcome = ${settlement.outcome},
      error = coalesce(${failureToJson(settlement.error ?? null)}::jsonb, error)
    WHERE message_id = ${claim.messageId} AND number = ${claim.attempt}`;
}

/** Where the answer named no id, the echo may have been told before it: parked, it settles the send at once. Tells whether it did. */
async function settleByParked(
  tx: Transaction,
  account: AccountRow,
  claim: SendClaim,
  { state, externalId, unseen = false }: Settlement,
): Promise<boolean> {
  if (!unseen && state !== 'UNKNOWN' && (state !== 'ACCEPTED' || externalId)) return false;
  const text = normalizeText(claim.body);
  const parked = await parkedOf(tx, claim.conversationId);
  const only = unseen && parked.length === 1 ? parked[0] : undefined;
  const echo = parked.find((one) => normalizeText(one.body ?? '') === text) ?? only;
  if (!echo) return false;
  const { sentAt } = echo;
  await bindOwn(tx, account, claim.messageId, { externalId: echo.externalId, ...(sentAt && { sentAt }) });
  await acceptByEcho(tx, claim.messageId);
  return true;
}

/** Gives our row the provider's id and time. A row that already carries the id keeps it: identity never spans two rows. */
export async function bindOwn(
  tx: Transaction,
  account: AccountRow,
  messageId: MessageId,
  found: { readonly externalId?: ExternalMessageId | null; readonly sentAt?: Date },
): Promise<void> {
  if (found.externalId)
    await tx.$executeRaw`
      UPDATE message SET external_id = ${found.externalId} WHERE id = ${messageId} AND external_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM message WHERE account_id = ${account.id} AND external_id = ${found.externalId})`;
  if (found.sentAt) await tx.$executeRaw`UPDATE message SET sent_at = ${found.sentAt} WHERE id = ${messageId}`;
}

/** Once nothing is undecided any more, what is left in the park is somebody else's: it becomes messages of its own. */
export async function releaseParked(
  tx: Transaction,
  account: AccountRow,
  conversationId: ConversationId,
  now: Date,
): Promise<readonly NewEvent[]> {
  const parked = await parkedOf(tx, conversationId);
  if (parked.length === 0) return [];
  await unpark(tx, conversationId);
  const rows = await insertMessages(
    tx,
    account,
    parked.map((message) => ({ conversationId, message })),
    now,
  );
  await deriveConversations(tx, [conversationId], rows);
  return rows.map((row) => ({ type: 'MessageAdded', accountId: account.id, conversationId, messageId: row.id }));
}

/** An outgoing message whose fate is open. */
export interface OpenSend {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  readonly state: DeliveryState;
  readonly body: string;
  /** When its last attempt started, by the database's clock. */
  readonly startedAt: Date;
}

/**
 * Sends of these conversations that a message of our side could be the echo of: undecided ones, and those without an id that were given
 * up or that their provider took without telling one.
 */
export async function openSends(tx: Transaction, ids: readonly ConversationId[]): Promise<readonly OpenSend[]> {
  if (ids.length === 0) return [];
  const rows = await tx.$queryRaw<
    { message_id: string; conversation_id: string; state: DeliveryState; body: string | null; started_at: Date }[]
  >`
    SELECT o.message_id, o.conversation_id, o.state, m.body, a.started_at
    FROM outbox o JOIN message m ON m.id = o.message_id
    JOIN attempt a ON a.message_id = o.message_id AND a.number = o.attempts_made
    WHERE o.conversation_id = ANY(${ids}) AND m.external_id IS NULL AND m.erased_at IS NULL
      AND (o.state IN ('SENDING', 'UNKNOWN') OR (o.state = 'FAILED' AND o.needs_attention)
        OR (o.state = 'ACCEPTED' AND o.evidence = 'ASSUMED'))
    ORDER BY a.started_at`;
  return rows.map((row) => ({
    messageId: brand<MessageId>(row.message_id),
    conversationId: brand<ConversationId>(row.conversation_id),
    state: row.state,
    body: row.body ?? '',
    startedAt: row.started_at,
  }));
}

/** Those of these conversations in which a send is undecided. */
export async function conversationsSending(
  tx: Transaction,
  ids: readonly ConversationId[],
): Promise<ReadonlySet<ConversationId>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT conversation_id AS id FROM outbox WHERE conversation_id = ANY(${ids}) AND state IN ('SENDING', 'UNKNOWN')`;
  return new Set(rows.map((row) => brand<ConversationId>(row.id)));
}

/** The echo was seen: the message is out, whatever its attempts said. */
export async function acceptByEcho(tx: Transaction, messageId: MessageId): Promise<void> {
  await tx.$executeRaw`
    UPDATE outbox SET state = 'ACCEPTED', evidence = 'ECHO', error = NULL, needs_attention = false, lease_owner = NULL,
      lease_until = NULL, lease_fence = lease_fence + 1
    WHERE message_id = ${messageId}`;
  await tx.$executeRaw`
    UPDATE attempt SET outcome = 'ACCEPTED', ended_at = coalesce(ended_at, parley_now())
    WHERE message_id = ${messageId} AND number = (SELECT attempts_made FROM outbox WHERE message_id = ${messageId})`;
}

/** How often, and for how many milliseconds, an UNKNOWN message was looked for and not seen. */
export interface Absence {
  readonly reads: number;
  readonly forMs: number;
  readonly resent: boolean;
  readonly pastGiveUp: boolean;
}

/** Counts one more read of the thread that did not show the message, and when to read again. Null where it is no longer this claim's. */
export async function recordAbsence(
  db: Database,
  claim: SendClaim,
  seen: { readonly counted: boolean; readonly dueInMs: number },
): Promise<Absence | null> {
  const rows = await db.prisma.$queryRaw<{ reads: number; ms: number; resent: boolean; past: boolean }[]>`
    UPDATE outbox SET absences = absences + ${seen.counted ? 1 : 0},
      absent_since = CASE WHEN ${seen.counted} THEN coalesce(absent_since, parley_now()) ELSE absent_since END,
      due_at = parley_now() + ${seen.dueInMs} * interval '1 millisecond', lease_owner = NULL, lease_until = NULL
    WHERE message_id = ${claim.messageId} AND lease_fence = ${claim.fence} AND state = 'UNKNOWN'
    RETURNING absences AS reads, coalesce(extract(epoch FROM parley_now() - absent_since) * 1000, 0)::float8 AS ms, resent,
      give_up_at < parley_now() AS past`;
  const row = rows[0];
  return row ? { reads: row.reads, forMs: row.ms, resent: row.resent, pastGiveUp: row.past } : null;
}
