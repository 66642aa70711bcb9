import type { MessageId } from '../domain/ids.ts';
import type { Database } from './database.ts';

/** How often a message was tried since a person last asked for it, and whether it is time to give it up. */
export interface OutboxAge {
  readonly tries: number;
  readonly pastGiveUp: boolean;
}

/** By the database's clock. */
export async function outboxAge(db: Database, messageId: MessageId): Promise<OutboxAge> {
  const rows = await db.prisma.$queryRaw<{ tries: number; past: boolean }[]>`
    SELECT tries, give_up_at < parley_now() AS past FROM outbox WHERE message_id = ${messageId}`;
  return { tries: rows[0]?.tries ?? 1, pastGiveUp: rows[0]?.past ?? true };
}
