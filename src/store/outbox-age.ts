import type { MessageId } from '../domain/ids.ts';
import type { Database } from './database.ts';

/** How often a message was tried since a person last asked for it, and whether it is time to give it up. */
export interface OutboxAge {
  readonly tries: number;
  /** Whether it was sent once more after its echo was not seen. */
  readonly resent: boolean;
  readonly pastGiveUp: boolean;
}

/** By the database's clock. */
export async function outboxAge(db: Database, messageId: MessageId): Promise<OutboxAge> {
  const rows = await db.prisma.$queryRaw<{ tries: number; resent: boolean; past: boolean }[]>`
    SELECT tries, resent, give_up_at < parley_now() AS past FROM outbox WHERE message_id = ${messageId}`;
  const row = rows[0];
  return { tries: row?.tries ?? 1, resent: row?.resent ?? false, pastGiveUp: row?.past ?? true };
}
