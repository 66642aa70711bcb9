import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type AccountId, brand, type ConversationId, type TenantId } from '../src/domain/ids.ts';

/** A tenant with one account and its conversations, all of one size. */
export interface Estate {
  readonly name: string;
  readonly tenantId: TenantId;
  readonly accountId: AccountId;
  /** A token with every scope. */
  readonly token: string;
  readonly conversations: number;
  readonly messagesEach: number;
}

/** Only read. Histories are long, so that reading them whole to show their newest page shows its cost. */
export const quiet: Estate = estate('quiet', { conversations: 200, messagesEach: 500 });

/** Written to. */
export const busy: Estate = estate('busy', { conversations: 50, messagesEach: 40 });

/** The id of an estate's conversation, counted from 1: the one with the newest message first. */
export function conversationId({ name }: Estate, place: number): ConversationId {
  return brand<ConversationId>(`cnv_${digest(`${name} cnv ${place}`)}`);
}

/** The provider's id of the same conversation. */
export function externalConversationId(place: number): string {
  return `thread-${place}`;
}

/** Stores an estate: its tenant, one connected account, conversations known to their beginning. */
export async function storeEstate(pool: pg.Pool, estate: Estate, credentials: Uint8Array): Promise<void> {
  const { name, tenantId, accountId, conversations, messagesEach } = estate;
  await pool.query(`INSERT INTO tenant (id, name, epoch, created_at) VALUES ($1, $2, 'bench', now())`, [
    tenantId,
    name,
  ]);
  await pool.query(
    `INSERT INTO account (id, tenant_id, provider, title, identity, state, credentials, live_from, connected_at, imported_at,
      swept_at, last_pulled_at)
    VALUES ($1, $2, 'bench', $3, $3, 'LIVE', $4, now() - interval '1 day', now(), now(), now(), now())`,
    [accountId, tenantId, name, credentials],
  );
  await pool.query(participants, [tenantId, accountId, name, conversations]);
  await pool.query(threads, [tenantId, accountId, name, conversations, messagesEach]);
  await pool.query(messages, [tenantId, accountId, name, conversations, messagesEach]);
  await pool.query('VACUUM ANALYZE');
}

function estate(name: string, size: Pick<Estate, 'conversations' | 'messagesEach'>): Estate {
  const tenantId = brand<TenantId>(`ten_${digest(`${name} tenant`)}`);
  const accountId = brand<AccountId>(`acc_${digest(`${name} account`)}`);
  return { name, tenantId, accountId, token: `bench_${name}`, ...size };
}

function digest(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

const participants = `INSERT INTO participant (id, tenant_id, account_id, external_id, name, email)
  SELECT 'prt_' || md5($3 || ' prt ' || c), $1, $2, 'guest-' || c, 'Zoë Guest ' || c, 'guest' || c || '@example.com'
  FROM generate_series(1, $4::int) c`;

const lastAt = `date_trunc('minute', now()) - c * interval '1 minute'`;

const threads = `INSERT INTO conversation (id, tenant_id, account_id, external_id, address, participant_id, channel, subject,
    first_seen_at, observed_at, last_message_id, last_message_at, order_at, unread_count, messages_read_at, history_complete)
  SELECT 'cnv_' || md5($3 || ' cnv ' || c), $1, $2, 'thread-' || c, '{}', 'prt_' || md5($3 || ' prt ' || c), 'email', 'Your stay',
    now() - interval '1 year', now(), 'msg_' || md5($3 || ' msg ' || c || ' ' || $5::int), ${lastAt}, ${lastAt}, 0, now(), true
  FROM generate_series(1, $4::int) c`;

// Stored in order of time, as messages come: the newest of one conversation do not lie side by side.
const messages = `INSERT INTO message (id, tenant_id, account_id, conversation_id, external_id, body, automated, channel, sent_at,
    recorded_at, order_at, sent_by, kind, read_upstream, urgent_upstream, priority_upstream, backfilled, raw)
  SELECT 'msg_' || md5($3 || ' msg ' || c || ' ' || n), $1, $2, 'cnv_' || md5($3 || ' cnv ' || c), 'm-' || c || '-' || n,
    'Good evening, we land at ' || n % 24 || ':30 and take the last train. Is the key box beside the garden door, and may we park in the court? '
      || repeat('Thank you. ', n % 5),
    n % 7 = 0, 'email', at, at, at, CASE WHEN n % 2 = 0 THEN 'us' ELSE 'participant' END, 'free_text', true, n % 11 = 0,
    CASE WHEN n % 11 = 0 THEN 0.5 END, true, '{}'
  FROM generate_series(1, $5::int) n, generate_series(1, $4::int) c,
    LATERAL (SELECT ${lastAt} - ($5::int - n) * interval '1 hour' AS at) t
  ORDER BY at`;
