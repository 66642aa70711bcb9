import type { ConversationId, ExternalConversationId, ParticipantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { ProviderConversation } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import { participantKey } from './conversation-keys.ts';
import type { Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** A conversation as far as a batch must know it. */
export interface ConversationRef {
  readonly id: ConversationId;
  readonly externalId: ExternalConversationId;
  /** First stored by this batch. */
  readonly isNew: boolean;
  /** Something that callers see of it changed with this batch. */
  readonly changed: boolean;
}

/**
 * Stores what was told of conversations, each under its (account, external id), and returns them by external id.
 * Participants are stored on the way; a booking or lead that we have not seen is stored as a bare link until it is told.
 */
export async function saveConversations(
  tx: Transaction,
  account: AccountRow,
  conversations: readonly ProviderConversation[],
  now: Date,
): Promise<ReadonlyMap<ExternalConversationId, ConversationRef>> {
  if (conversations.length === 0) return new Map();
  await saveParticipants(tx, account, conversations);
  await linkUnseen(tx, account, conversations, now);
  const records = asRecords(conversations.map(toRecord));
  const fresh = await tx.$queryRaw<{ external_id: string }[]>`
    INSERT INTO conversation (id, tenant_id, account_id, external_id, address, participant_id, booking_id, lead_id, channel, subject,
      no_reply_needed, closed_at, assignee, read_up_to, facts, raw, first_seen_at, observed_at, order_at)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, r.address, p.id, b.id, l.id, r.channel, r.subject,
      r.no_reply_needed, r.closed_at, r.assignee, r.read_up_to, r.facts, r.raw, ${now}, ${now}, ${now}
    FROM json_to_recordset(${records}::json) AS r(id text, external_id text, participant text, booking text, lead text, channel text,
      subject text, no_reply_needed bool, closed_at timestamptz, assignee jsonb, read_up_to timestamptz, address jsonb, facts jsonb,
      raw jsonb)
    LEFT JOIN participant p ON p.account_id = ${account.id} AND p.external_id = r.participant
    LEFT JOIN booking b ON b.account_id = ${account.id} AND b.external_id = r.booking
    LEFT JOIN lead l ON l.account_id = ${account.id} AND l.external_id = r.lead
    ON CONFLICT (account_id, external_id) DO NOTHING
    RETURNING external_id`;
  const changed = await updateConversations(tx, account, records);
  const rows = await tx.$queryRaw<{ id: string; external_id: string }[]>`
    UPDATE conversation SET observed_at = ${now}
    WHERE account_id = ${account.id} AND external_id = ANY(${conversations.map((one) => one.externalId)})
    RETURNING id, external_id`;
  const isNew = new Set(fresh.map((row) => row.external_id));
  return new Map(
    rows.map((row) => {
      const externalId = brand<ExternalConversationId>(row.external_id);
      const ref = { id: brand<ConversationId>(row.id), externalId };
      return [externalId, { ...ref, isNew: isNew.has(externalId), changed: changed.has(row.id) }];
    }),
  );
}

async function updateConversations(
  tx: Transaction,
  account: AccountRow,
  records: string,
): Promise<ReadonlySet<string>> {
  // What a provider leaves out is not known to have changed, hence the coalesce and the facts that are merged by key; addresses are replaced at every sighting.
  const rows = await tx.$queryRaw<{ id: string; visible: boolean }[]>`
    WITH told AS (
      SELECT c.id, r.address, r.raw, r.facts, r.closed_at, greatest(r.read_up_to, c.read_up_to) AS read_up_to,
        CASE WHEN r.assignee_told THEN r.assignee ELSE c.assignee END AS assignee,
        coalesce(p.id, c.participant_id) AS participant_id, coalesce(b.id, c.booking_id) AS booking_id,
        coalesce(l.id, c.lead_id) AS lead_id, coalesce(r.channel, c.channel) AS channel,
        coalesce(r.subject, c.subject) AS subject, coalesce(r.no_reply_needed, c.no_reply_needed) AS no_reply_needed,
        row(c.participant_id, c.booking_id, c.lead_id, c.channel, c.subject, c.no_reply_needed, c.closed_at, c.assignee,
            coalesce(c.facts, '{}'))
          IS DISTINCT FROM row(coalesce(p.id, c.participant_id), coalesce(b.id, c.booking_id), coalesce(l.id, c.lead_id),
            coalesce(r.channel, c.channel), coalesce(r.subject, c.subject), coalesce(r.no_reply_needed, c.no_reply_needed),
            r.closed_at, CASE WHEN r.assignee_told THEN r.assignee ELSE c.assignee END,
            coalesce(c.facts, '{}') || coalesce(jsonb_strip_nulls(r.facts), '{}')) AS visible
      FROM json_to_recordset(${records}::json) AS r(external_id text, participant text, booking text, lead text, channel text,
        subject text, no_reply_needed bool, closed_at timestamptz, assignee jsonb, assignee_told bool, read_up_to timestamptz,
        address jsonb, facts jsonb, raw jsonb)
      JOIN conversation c ON c.account_id = ${account.id} AND c.external_id = r.external_id
      LEFT JOIN participant p ON p.account_id = ${account.id} AND p.external_id = r.participant
      LEFT JOIN booking b ON b.account_id = ${account.id} AND b.external_id = r.booking
      LEFT JOIN lead l ON l.account_id = ${account.id} AND l.external_id = r.lead
      WHERE r.address IS DISTINCT FROM c.address OR r.raw IS DISTINCT FROM c.raw OR r.closed_at IS DISTINCT FROM c.closed_at
        OR (r.assignee_told AND r.assignee IS DISTINCT FROM c.assignee) OR r.read_up_to > coalesce(c.read_up_to, '-infinity')
        OR NOT coalesce(c.facts, '{}') @> coalesce(jsonb_strip_nulls(r.facts), '{}')
        OR row(p.id, b.id, l.id) IS DISTINCT FROM row(c.participant_id, c.booking_id, c.lead_id)
    )
    UPDATE conversation c SET address = told.address, raw = told.raw, facts = coalesce(c.facts, '{}') || coalesce(jsonb_strip_nulls(told.facts), '{}'),
      closed_at = told.closed_at, participant_id = told.participant_id, booking_id = told.booking_id, lead_id = told.lead_id,
      channel = told.channel, subject = told.subject, no_reply_needed = told.no_reply_needed, assignee = told.assignee,
      read_up_to = told.read_up_to
    FROM told WHERE c.id = told.id
    RETURNING c.id, told.visible`;
  return new Set(rows.filter((row) => row.visible).map((row) => row.id));
}

async function saveParticipants(
  tx: Transaction,
  account: AccountRow,
  conversations: readonly ProviderConversation[],
): Promise<void> {
  const records = conversations.flatMap((one) => {
    const key = participantKey(one);
    if (!one.participant || key === null) return [];
    return [{ id: createId<ParticipantId>('ConversationParticipant'), external_id: key, ...namesOf(one) }];
  });
  if (records.length === 0) return;
  // One row per key: ON CONFLICT DO UPDATE refuses to touch a row twice in one statement.
  const unique = [...new Map(records.map((record) => [record.external_id, record])).values()];
  await tx.$executeRaw`
    INSERT INTO participant (id, tenant_id, account_id, external_id, name, email)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, r.name, r.email
    FROM json_to_recordset(${asRecords(unique)}::json) AS r(id text, external_id text, name text, email text)
    ON CONFLICT (account_id, external_id) DO UPDATE
    SET name = coalesce(excluded.name, participant.name), email = coalesce(excluded.email, participant.email)
    WHERE row(participant.name, participant.email)
      IS DISTINCT FROM row(coalesce(excluded.name, participant.name), coalesce(excluded.email, participant.email))`;
  const forgotten = conversations
    .filter((one) => one.participant?.forgotten)
    .flatMap((one) => participantKey(one) ?? []);
  if (forgotten.length > 0)
    await tx.$executeRaw`
      UPDATE participant SET name = NULL, email = NULL WHERE account_id = ${account.id} AND external_id = ANY(${forgotten})`;
}

async function linkUnseen(
  tx: Transaction,
  account: AccountRow,
  conversations: readonly ProviderConversation[],
  now: Date,
): Promise<void> {
  const bookings = conversations.flatMap((one) =>
    one.booking === null ? [] : [{ id: createId('Booking'), external_id: one.booking }],
  );
  const leads = conversations.flatMap((one) =>
    one.lead === null ? [] : [{ id: createId('Lead'), external_id: one.lead }],
  );
  if (bookings.length > 0)
    await tx.$executeRaw`
      INSERT INTO booking (id, tenant_id, account_id, external_id, address, raw, observed_at)
      SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, '{}', '{}', ${now}
      FROM json_to_recordset(${asRecords(bookings)}::json) AS r(id text, external_id text)
      ON CONFLICT (account_id, external_id) DO NOTHING`;
  if (leads.length > 0)
    await tx.$executeRaw`
      INSERT INTO lead (id, tenant_id, account_id, external_id, address, raw, observed_at)
      SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, '{}', '{}', ${now}
      FROM json_to_recordset(${asRecords(leads)}::json) AS r(id text, external_id text)
      ON CONFLICT (account_id, external_id) DO NOTHING`;
}

function toRecord(one: ProviderConversation): Readonly<Record<string, unknown>> {
  return {
    id: createId<ConversationId>('Conversation'),
    external_id: one.externalId,
    participant: participantKey(one),
    booking: one.booking,
    lead: one.lead,
    channel: one.channel,
    subject: one.subject,
    no_reply_needed: one.noReplyNeeded,
    closed_at: one.closedAt,
    assignee: one.assignee ?? null,
    assignee_told: one.assignee !== undefined,
    read_up_to: one.readUpTo ?? null,
    address: one.address,
    facts: one.facts,
    raw: one.raw,
  };
}

function namesOf(one: ProviderConversation): { name: string | null; email: string | null } {
  return { name: one.participant?.name ?? null, email: one.participant?.email ?? null };
}
