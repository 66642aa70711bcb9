import { createHash, randomUUID } from 'node:crypto';
import { afterMove, type DeliveryMove, type DeliveryState } from '../domain/delivery.ts';
import { DomainError } from '../domain/errors.ts';
import type { SendRequest } from '../domain/gateway.ts';
import type { AccountId, ConversationId, MessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import { createId } from '../lib/id.ts';
import { attach } from './attachments.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents } from './feed.ts';
import { deriveConversations } from './message-writes.ts';
import type { TenantScope } from './scope.ts';

/** What was written, with its place in the feed. */
export interface Queued {
  readonly messageId: MessageId;
  readonly seq: bigint;
}

/** What a send request came to. `replayed`: its key was used before, for the same input, and this is what came of it then. */
export interface Enqueued extends Queued {
  readonly idempotencyKey: string;
  readonly replayed: boolean;
}

/** Who asks, what for, and how long it is worth trying when the request does not say. */
export interface Send {
  readonly actor: string;
  readonly request: SendRequest;
  readonly now: Date;
  readonly giveUpAfterMs: number;
  /** Why nothing new may be queued now. What was queued under the same key before is told all the same. */
  readonly refusal?: DomainError | null;
}

/**
 * Makes a message safely ours in one transaction: idempotency key, message, outbox row, event. Nothing is sent here. A message written as
 * the participant is imported history: it is stored and never delivered.
 * Of any number of equal requests under one key, at once or later, one queues; the others are told what it queued.
 * Throws DomainError NOT_FOUND (unknown or foreign conversation), READ_ONLY, IDEMPOTENCY_KEY_REUSED (other input under a used key).
 */
export async function enqueue(db: Database, scope: TenantScope, send: Send): Promise<Enqueued> {
  const key = send.request.idempotencyKey ?? randomUUID();
  const hash = inputHash(send.request);
  return db.transaction(async (tx) => {
    const messageId = createId<MessageId>('ConversationMessage');
    const conversation = await conversationToWrite(tx, scope, send.request.conversationId);
    const mine = await takeKey(tx, scope, { actor: send.actor, key, hash, messageId, now: send.now });
    if (!mine.taken) return { ...(await replay(tx, scope, mine.messageId)), idempotencyKey: key, replayed: true };
    if (send.refusal) throw send.refusal;
    const imported = send.request.sentBy === 'participant';
    await insertOwn(tx, scope, conversation, messageId, send);
    await attach(tx, scope, send.request.attachmentIds, { conversationId: conversation.id, messageId });
    if (!imported) await queue(tx, scope, conversation, messageId, send);
    await deriveConversations(tx, [conversation.id], [{ id: messageId, conversationId: conversation.id }]);
    const type = imported ? 'ConversationChanged' : 'MessageAdded';
    const event = { accountId: conversation.accountId, conversationId: conversation.id, messageId };
    const seq = await appendEvents(tx, scope.tenantId, [{ type, ...event }], send.now);
    return { messageId, seq, idempotencyKey: key, replayed: false };
  });
}

/** Asks for a new attempt of what FAILED. Throws DomainError NOT_FOUND, NOT_RETRYABLE. */
export async function retryMessage(
  db: Database,
  scope: TenantScope,
  messageId: MessageId,
  now: Date,
  giveUpAfterMs: number,
): Promise<Queued> {
  const refuse = (state: string) =>
    new DomainError('NOT_RETRYABLE', `Only a failed message can be retried; this one is ${state}.`, ['messageId']);
  return db.transaction(async (tx) => {
    const row = await moveOwn(tx, scope, messageId, 'retry', refuse);
    const erased = await tx.$queryRaw<
      unknown[]
    >`SELECT 1 FROM message WHERE id = ${messageId} AND erased_at IS NOT NULL`;
    if (erased.length > 0) throw refuse('erased');
    await tx.$executeRaw`
      UPDATE outbox SET tries = 0, resent = false, absences = 0, absent_since = NULL, needs_attention = false, error = NULL,
        due_at = parley_now(), give_up_at = parley_now() + ${giveUpAfterMs} * interval '1 millisecond'
      WHERE message_id = ${messageId}`;
    return announceChange(tx, scope, row, messageId, now);
  });
}

/** Takes back what is still QUEUED. Throws DomainError NOT_FOUND, NOT_CANCELLABLE. */
export async function cancelMessage(
  db: Database,
  scope: TenantScope,
  messageId: MessageId,
  now: Date,
): Promise<Queued> {
  const refuse = (state: string) =>
    new DomainError('NOT_CANCELLABLE', `Only a queued message can be cancelled; this one is ${state}.`, ['messageId']);
  return db.transaction(async (tx) => {
    const row = await moveOwn(tx, scope, messageId, 'cancel', refuse);
    return announceChange(tx, scope, row, messageId, now);
  });
}

interface ConversationToWrite {
  readonly id: ConversationId;
  readonly accountId: AccountId;
  readonly channel: string | null;
}

async function conversationToWrite(
  tx: Transaction,
  scope: TenantScope,
  id: ConversationId,
): Promise<ConversationToWrite> {
  // Taken for the transaction: what is queued in one conversation is numbered and ordered one after the other.
  const rows = await tx.$queryRaw<{ account_id: string; channel: string | null; state: string }[]>`
    SELECT c.account_id, c.channel, a.state FROM conversation c JOIN account a ON a.id = c.account_id
    WHERE c.tenant_id = ${scope.tenantId} AND c.id = ${id} FOR NO KEY UPDATE OF c`;
  const row = rows[0];
  if (!row) throw new DomainError('NOT_FOUND', 'There is no such conversation.', ['conversationId']);
  if (row.state === 'DISCONNECTED')
    throw new DomainError('READ_ONLY', "The conversation's account is disconnected.", ['conversationId']);
  return { id, accountId: brand<AccountId>(row.account_id), channel: row.channel };
}

/** SHA-256 of the canonical input: the same key for anything else is refused. */
function inputHash(request: SendRequest): Uint8Array<ArrayBuffer> {
  const { conversationId, body, sentBy, giveUpAfter, attachmentIds } = request;
  const canonical = JSON.stringify([conversationId, body, sentBy, giveUpAfter, [...attachmentIds].sort()]);
  return new Uint8Array(createHash('sha256').update(canonical).digest());
}

async function takeKey(
  tx: Transaction,
  scope: TenantScope,
  use: { actor: string; key: string; hash: Uint8Array<ArrayBuffer>; messageId: MessageId; now: Date },
): Promise<{ taken: boolean; messageId: MessageId }> {
  // A second request under the same key waits here for the first one's commit, then reads what it left.
  const taken = await tx.$executeRaw`
    INSERT INTO idempotency_key (tenant_id, actor, key, input_hash, message_id, created_at)
    VALUES (${scope.tenantId}, ${use.actor}, ${use.key}, ${use.hash}, ${use.messageId}, ${use.now})
    ON CONFLICT (tenant_id, actor, key) DO NOTHING`;
  if (taken === 1) return { taken: true, messageId: use.messageId };
  const where = { tenant_id_actor_key: { tenant_id: scope.tenantId, actor: use.actor, key: use.key } };
  const row = await tx.idempotency_key.findUnique({ where });
  // Forgotten just now, for its age.
  if (!row) return takeKey(tx, scope, use);
  if (!Buffer.from(row.input_hash).equals(use.hash))
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'This key was used for another message.', ['idempotencyKey']);
  return { taken: false, messageId: brand<MessageId>(row.message_id) };
}

async function replay(tx: Transaction, scope: TenantScope, messageId: MessageId): Promise<Queued> {
  const rows = await tx.$queryRaw<{ seq: bigint }[]>`SELECT seq FROM tenant WHERE id = ${scope.tenantId}`;
  return { messageId, seq: rows[0]?.seq ?? 0n };
}

async function insertOwn(
  tx: Transaction,
  scope: TenantScope,
  conversation: ConversationToWrite,
  messageId: MessageId,
  { request, now }: Send,
): Promise<void> {
  await tx.message.create({
    data: {
      id: messageId,
      tenant_id: scope.tenantId,
      account_id: conversation.accountId,
      conversation_id: conversation.id,
      body: request.body,
      automated: false,
      channel: conversation.channel,
      recorded_at: now,
      order_at: now,
      sent_by: request.sentBy,
      read_upstream: request.sentBy === 'us',
      backfilled: request.sentBy === 'participant',
    },
  });
}

async function queue(
  tx: Transaction,
  scope: TenantScope,
  conversation: ConversationToWrite,
  messageId: MessageId,
  { request, giveUpAfterMs }: Send,
): Promise<void> {
  const giveUpMs = request.giveUpAfter === null ? giveUpAfterMs : request.giveUpAfter * 1000;
  await tx.$executeRaw`
    INSERT INTO outbox (message_id, tenant_id, account_id, conversation_id, state, created_at, due_at, give_up_at)
    VALUES (${messageId}, ${scope.tenantId}, ${conversation.accountId}, ${conversation.id}, 'QUEUED', parley_now(), parley_now(),
      parley_now() + ${giveUpMs} * interval '1 millisecond')`;
}

async function moveOwn(
  tx: Transaction,
  scope: TenantScope,
  messageId: MessageId,
  move: DeliveryMove,
  refuse: (state: string) => DomainError,
): Promise<{ account_id: string; conversation_id: string }> {
  const rows = await tx.$queryRaw<{ state: DeliveryState; account_id: string; conversation_id: string }[]>`
    SELECT state, account_id, conversation_id FROM outbox
    WHERE tenant_id = ${scope.tenantId} AND message_id = ${messageId} FOR NO KEY UPDATE`;
  const row = rows[0];
  if (!row) throw new DomainError('NOT_FOUND', 'There is no such message of ours.', ['messageId']);
  const next = afterMove(row.state, move);
  if (next === null) throw refuse(row.state);
  await tx.$executeRaw`UPDATE outbox SET state = ${next} WHERE message_id = ${messageId}`;
  return row;
}

async function announceChange(
  tx: Transaction,
  scope: TenantScope,
  row: { account_id: string; conversation_id: string },
  messageId: MessageId,
  now: Date,
): Promise<Queued> {
  const event = {
    accountId: brand<AccountId>(row.account_id),
    conversationId: brand<ConversationId>(row.conversation_id),
  };
  const seq = await appendEvents(tx, scope.tenantId, [{ type: 'MessageChanged', ...event, messageId }], now);
  return { messageId, seq };
}
