import { brand, type ConversationId, type ParticipantId, type TenantId } from '../domain/ids.ts';
import type { Sealer } from '../lib/seal.ts';
import { type AccountRow, lockAccount } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { type DoomedRow, ERASED_AT_ONCE, eraseMessages, toDoomed } from './erased-rows.ts';
import { doomedMessages, type OpenErasure } from './erasures.ts';
import { appendEvents } from './feed.ts';
import { Prisma } from './generated/client.ts';
import type { MessageRef } from './message-writes.ts';
import {
  type ErasedThing,
  type ErasureKey,
  ensureErasureKeys,
  erasureKeys,
  putTombstones,
  settleTombstones,
} from './tombstones.ts';

/**
 * Forgets who somebody is, as one transaction: their name and address, subjects, what providers sent of their conversations, bookings and
 * leads; and puts up tombstones, so that nothing of it comes back. What was written goes by `continueErasure`. Asked for again, it is
 * done again up to now. False where the tenant has no such participant.
 */
export async function beginErasure(
  db: Database,
  tenantId: TenantId,
  participantId: ParticipantId,
  { sealer, now, upTo = now }: { readonly sealer: Sealer; readonly now: Date; readonly upTo?: Date },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const person = await personOf(tx, tenantId, participantId);
    const account = person && (await lockAccount(tx, brand(person.account_id)));
    if (!person || !account) return false;
    const conversations = await conversationsOf(tx, person);
    const [key] = await ensureErasureKeys(tx, tenantId, sealer, now);
    if (key) await putTombstones(tx, account, key, thingsOf(person, conversations), upTo);
    await tx.$executeRaw`UPDATE account SET erases = true WHERE id = ${account.id}`;
    await tx.$executeRaw`
      INSERT INTO erasure (id, tenant_id, account_id, participant_id, requested_at, conversations)
      VALUES (${crypto.randomUUID()}, ${tenantId}, ${account.id}, ${participantId}, ${upTo}, ${conversations.length})
      ON CONFLICT (tenant_id, participant_id) DO UPDATE SET requested_at = excluded.requested_at, finished_at = NULL,
        conversations = excluded.conversations`;
    await forget(tx, account, person, conversations, now);
    const changed = conversations.map(({ id }) => ({
      ...{ type: 'ConversationChanged' as const, accountId: account.id, conversationId: id },
    }));
    await appendEvents(tx, tenantId, changed, now);
    return true;
  });
}

/**
 * Takes what was written from and to them, a part at a time, and cancels what is still to be sent of it. True where there may be more to be
 * done at once.
 */
export async function continueErasure(
  db: Database,
  { tenantId, participantId }: OpenErasure,
  { sealer, now }: { readonly sealer: Sealer; readonly now: Date },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const person = await personOf(tx, tenantId, participantId);
    const account = person && (await lockAccount(tx, brand(person.account_id)));
    if (!person || !account) return false;
    const cancelled = await cancelQueued(tx, account, participantId);
    const rows = await tx.$queryRaw<DoomedRow[]>`
      SELECT m.id, m.conversation_id, m.external_id ${doomedMessages(participantId)} AND ${decided} LIMIT ${ERASED_AT_ONCE}`;
    const keys = await erasureKeys(tx, tenantId, sealer);
    if (rows.length === 0) {
      await finish(tx, account, person, { keys, now });
      return false;
    }
    const messages = rows.map(toDoomed);
    const things = messages.flatMap(({ externalId }): ErasedThing[] =>
      externalId === null ? [] : [{ kind: 'message', externalId }],
    );
    if (keys[0]) await putTombstones(tx, account, keys[0], things, now);
    await tx.$executeRaw`
      UPDATE erasure SET messages = messages + ${messages.length}
      WHERE tenant_id = ${tenantId} AND participant_id = ${participantId}`;
    await eraseMessages(tx, account, messages, { now, cancelled });
    return true;
  });
}

// The text of a send that is under way is what its echo is known by: without it the message could go out twice.
const decided = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM outbox o WHERE o.message_id = m.id AND o.state IN ('QUEUED', 'SENDING', 'UNKNOWN'))`;

interface PersonRow {
  readonly id: string;
  readonly account_id: string;
  readonly external_id: string;
  readonly name: string | null;
  readonly email: string | null;
}

async function personOf(tx: Transaction, tenantId: TenantId, id: ParticipantId): Promise<PersonRow | null> {
  const rows = await tx.$queryRaw<PersonRow[]>`
    SELECT id, account_id, external_id, name, email FROM participant WHERE tenant_id = ${tenantId} AND id = ${id}`;
  return rows[0] ?? null;
}

interface OwnConversation {
  readonly id: ConversationId;
  readonly external_id: string | null;
  readonly booking: string | null;
  readonly lead: string | null;
}

function conversationsOf(tx: Transaction, person: PersonRow): Promise<readonly OwnConversation[]> {
  return tx.$queryRaw<OwnConversation[]>`
    SELECT c.id, c.external_id, b.external_id AS booking, l.external_id AS lead
    FROM conversation c LEFT JOIN booking b ON b.id = c.booking_id LEFT JOIN lead l ON l.id = c.lead_id
    WHERE c.participant_id = ${person.id} ORDER BY c.id`;
}

function thingsOf(person: PersonRow, conversations: readonly OwnConversation[]): readonly ErasedThing[] {
  const things = conversations.flatMap(({ external_id, booking, lead }) => [
    ...[
      { kind: 'conversation' as const, externalId: external_id },
      { kind: 'booking' as const, externalId: booking },
    ],
    { kind: 'lead' as const, externalId: lead },
  ]);
  const all = [{ kind: 'participant' as const, externalId: person.external_id }, ...things];
  return all.flatMap(({ kind, externalId }) => (externalId === null ? [] : [{ kind, externalId }]));
}

/** Everything about them but what was written. */
async function forget(
  tx: Transaction,
  account: AccountRow,
  person: PersonRow,
  conversations: readonly OwnConversation[],
  now: Date,
): Promise<void> {
  const ids = conversations.map(({ id }) => id);
  await tx.$executeRaw`UPDATE participant SET name = NULL, email = NULL, erased_at = ${now} WHERE id = ${person.id}`;
  await tx.$executeRaw`UPDATE conversation SET subject = NULL, raw = NULL WHERE id = ANY(${ids})`;
  await tx.$executeRaw`
    UPDATE booking SET raw = 'null' WHERE id IN (SELECT booking_id FROM conversation WHERE id = ANY(${ids}))`;
  await tx.$executeRaw`
    UPDATE lead SET raw = 'null', contact_name = NULL, contact_email = NULL
    WHERE id IN (SELECT lead_id FROM conversation WHERE id = ANY(${ids}))`;
  await tx.$executeRaw`DELETE FROM attachment WHERE conversation_id = ANY(${ids}) AND message_id IS NULL`;
  await dropUnreadable(tx, account, person, conversations);
}

/** What is still to be sent is not sent any more. Returns the messages. */
async function cancelQueued(tx: Transaction, account: AccountRow, id: ParticipantId): Promise<readonly MessageRef[]> {
  const rows = await tx.$queryRaw<DoomedRow[]>`
    UPDATE outbox SET state = 'CANCELLED' WHERE account_id = ${account.id} AND state = 'QUEUED'
      AND message_id IN (SELECT m.id ${doomedMessages(id)})
    RETURNING message_id AS id, conversation_id, NULL AS external_id`;
  return rows.map(toDoomed);
}

// A word that short is in everything.
const TELLING = 5;

/** Items that could not be read have no place that says whose they are: those go that name somebody anywhere. */
async function dropUnreadable(
  tx: Transaction,
  account: AccountRow,
  person: PersonRow,
  conversations: readonly OwnConversation[],
): Promise<void> {
  const names = [person.name, person.email].filter((one) => one !== null);
  const words = [...thingsOf(person, conversations).map((one) => one.externalId), ...names];
  const telling = words.filter((one) => one.length >= TELLING);
  await tx.$executeRaw`
    DELETE FROM unreadable_item WHERE account_id = ${account.id} AND (
      EXISTS (SELECT 1 FROM jsonb_path_query(raw, '$.**') AS leaf(value) WHERE leaf.value #>> '{}' = ANY(${words}))
      OR EXISTS (SELECT 1 FROM unnest(${telling}::text[]) AS word(text) WHERE strpos(raw::text, word.text) > 0))`;
}

async function finish(
  tx: Transaction,
  account: AccountRow,
  person: PersonRow,
  { keys, now }: { readonly keys: readonly ErasureKey[]; readonly now: Date },
): Promise<void> {
  const waiting = await tx.$queryRaw<unknown[]>`SELECT 1 ${doomedMessages(brand(person.id))} LIMIT 1`;
  if (waiting.length > 0) return;
  await settleTombstones(tx, account, keys, thingsOf(person, await conversationsOf(tx, person)), now);
  await tx.$executeRaw`
    UPDATE erasure SET finished_at = ${now} WHERE tenant_id = ${account.tenant_id} AND participant_id = ${person.id}`;
}
