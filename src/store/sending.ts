import type {
  AccountId,
  ConversationId,
  ExternalAttachmentId,
  ExternalConversationId,
  MessageId,
  TenantId,
} from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Address } from '../domain/messaging.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** One outgoing message in one process's hands, until its lease runs out or another claim raises the fence. */
export interface SendClaim {
  readonly messageId: MessageId;
  readonly tenantId: TenantId;
  readonly accountId: AccountId;
  readonly conversationId: ConversationId;
  readonly conversation: { readonly externalId: ExternalConversationId | null; readonly address: Address };
  readonly body: string;
  readonly attachments: readonly ExternalAttachmentId[];
  /** The number of the attempt that was committed as started by this claim. */
  readonly attempt: number;
  readonly fence: bigint;
}

/** Who claims, how many, and for how long, in milliseconds of the database's clock. */
export interface ClaimTerms {
  readonly owner: string;
  readonly limit: number;
  readonly leaseMs: number;
}

// Sends of one account at a time, over all processes: one whose provider is slow leaves room for the others.
const PER_ACCOUNT = 4;

/**
 * Takes due messages, accounts in turn and within one the oldest due first, one of a conversation at a time, and commits "attempt started"
 * for each before any request is made: whatever happens afterwards, it is known that something may have gone out.
 */
export async function claimSends(db: Database, terms: ClaimTerms): Promise<readonly SendClaim[]> {
  return db.transaction(async (tx) => {
    const rows = await tx.$queryRaw<ClaimRow[]>`
      WITH turn AS (
        SELECT next.message_id, next.due_at, next.place + busy.sends AS place
        FROM (SELECT DISTINCT account_id FROM outbox WHERE state = 'QUEUED' AND due_at <= parley_now()) waiting
        JOIN account a ON a.id = waiting.account_id AND a.state <> 'DISCONNECTED'
        CROSS JOIN LATERAL (SELECT count(*) AS sends FROM outbox s WHERE s.account_id = a.id AND s.state = 'SENDING') busy
        CROSS JOIN LATERAL (
          SELECT o.message_id, o.due_at, row_number() OVER (ORDER BY o.due_at, o.message_id) AS place FROM outbox o
          WHERE o.account_id = a.id AND o.state = 'QUEUED' AND o.due_at <= parley_now() AND NOT EXISTS (
            SELECT 1 FROM outbox other WHERE other.conversation_id = o.conversation_id AND other.message_id <> o.message_id
              AND other.state IN ('QUEUED', 'SENDING', 'UNKNOWN')
              AND (other.state <> 'QUEUED' OR (other.created_at, other.message_id) < (o.created_at, o.message_id)))
          ORDER BY o.due_at, o.message_id LIMIT ${PER_ACCOUNT}
        ) next
        WHERE next.place + busy.sends <= ${PER_ACCOUNT}
      ), due AS (
        SELECT o.message_id FROM turn JOIN outbox o ON o.message_id = turn.message_id WHERE o.state = 'QUEUED'
        ORDER BY turn.place, turn.due_at, o.message_id LIMIT ${terms.limit} FOR UPDATE OF o SKIP LOCKED
      ), claimed AS (
        UPDATE outbox o SET state = 'SENDING', lease_owner = ${terms.owner}, lease_fence = o.lease_fence + 1,
          lease_until = parley_now() + ${terms.leaseMs} * interval '1 millisecond',
          attempts_made = o.attempts_made + 1, tries = o.tries + 1
        FROM due WHERE o.message_id = due.message_id
        RETURNING o.*
      ), started AS (
        INSERT INTO attempt (tenant_id, message_id, number, started_at)
        SELECT tenant_id, message_id, attempts_made, parley_now() FROM claimed
      )
      SELECT o.message_id, o.tenant_id, o.account_id, o.conversation_id, o.attempts_made, o.lease_fence, m.body,
        c.external_id, c.address, ${filesOf}
      FROM claimed o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id`;
    return rows.map(toClaim);
  });
}

/** Takes UNKNOWN messages that are due to be looked for at their provider. No attempt is started by this. */
export async function claimUnknown(db: Database, terms: ClaimTerms): Promise<readonly SendClaim[]> {
  const rows = await db.prisma.$queryRaw<ClaimRow[]>`
    WITH due AS (
      SELECT o.message_id FROM outbox o JOIN account a ON a.id = o.account_id
      WHERE o.state = 'UNKNOWN' AND o.due_at <= parley_now() AND a.state <> 'DISCONNECTED'
        AND (o.lease_until IS NULL OR o.lease_until < parley_now())
      ORDER BY o.due_at LIMIT ${terms.limit} FOR UPDATE OF o SKIP LOCKED
    ), claimed AS (
      UPDATE outbox o SET lease_owner = ${terms.owner}, lease_fence = o.lease_fence + 1,
        lease_until = parley_now() + ${terms.leaseMs} * interval '1 millisecond'
      FROM due WHERE o.message_id = due.message_id
      RETURNING o.*
    )
    SELECT o.message_id, o.tenant_id, o.account_id, o.conversation_id, o.attempts_made, o.lease_fence, m.body,
      c.external_id, c.address, ${filesOf}
    FROM claimed o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id`;
  return rows.map(toClaim);
}

/** Attempts whose lease has run out: their process died or stalled, so whether they went out is not known. Ids only. */
export async function expiredSends(db: Database): Promise<readonly SendClaim[]> {
  const rows = await db.prisma.$queryRaw<ClaimRow[]>`
    SELECT o.message_id, o.tenant_id, o.account_id, o.conversation_id, o.attempts_made, o.lease_fence, m.body,
      c.external_id, c.address, ${filesOf}
    FROM outbox o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id
    WHERE o.state = 'SENDING' AND o.lease_until < parley_now() LIMIT 100`;
  return rows.map(toClaim);
}

/**
 * Milliseconds until the next moment at which something in the outbox falls due, by the database's clock; null where nothing waits.
 * What is due already but not claimable waits for another message of its conversation, whose end is told by a wake.
 */
export async function nextDueMs(db: Database): Promise<number | null> {
  const rows = await db.prisma.$queryRaw<{ ms: number | null }[]>`
    SELECT (extract(epoch FROM min(at) - parley_now()) * 1000)::float8 AS ms
    FROM (SELECT CASE WHEN state = 'SENDING' THEN lease_until ELSE greatest(due_at, lease_until) END AS at
      FROM outbox WHERE state IN ('QUEUED', 'SENDING', 'UNKNOWN')) waiting
    WHERE at > parley_now()`;
  return rows[0]?.ms ?? null;
}

/** The account's provider answers again: what waits because it did not is due now. */
export async function hastenSends(db: Database, accountId: AccountId): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE outbox SET due_at = parley_now()
    WHERE account_id = ${accountId} AND state = 'QUEUED' AND due_at > parley_now() AND error->>'kind' IN ('unavailable', 'timeout')`;
}

// Aliases as in the statements above: `o` is the outbox row.
const filesOf = Prisma.sql`(SELECT coalesce(array_agg(f.external_id ORDER BY f.id), '{}') FROM attachment f
  WHERE f.message_id = o.message_id AND f.external_id IS NOT NULL) AS files`;

interface ClaimRow {
  readonly message_id: string;
  readonly tenant_id: string;
  readonly account_id: string;
  readonly conversation_id: string;
  readonly attempts_made: number;
  readonly lease_fence: bigint;
  readonly body: string | null;
  readonly external_id: string | null;
  readonly address: Address;
  readonly files: readonly string[];
}

function toClaim(row: ClaimRow): SendClaim {
  return {
    messageId: brand<MessageId>(row.message_id),
    tenantId: brand<TenantId>(row.tenant_id),
    accountId: brand<AccountId>(row.account_id),
    conversationId: brand<ConversationId>(row.conversation_id),
    conversation: {
      externalId: row.external_id === null ? null : brand<ExternalConversationId>(row.external_id),
      address: row.address,
    },
    body: row.body ?? '',
    attachments: row.files.map((id) => brand<ExternalAttachmentId>(id)),
    attempt: row.attempts_made,
    fence: row.lease_fence,
  };
}
