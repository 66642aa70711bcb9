import type { ExternalMessageId } from '../domain/ids.ts';
import type { AccountRow } from '../store/account-lock.ts';
import type { Transaction } from '../store/database.ts';
import type { NewMessageRef, ToldMessage } from '../store/message-writes.ts';
import { noteWalk } from '../store/walks.ts';
import type { Batch } from './batch.ts';

/**
 * Adds a batch to the report of the walk under way: what was read for it, and what of that should have been here already. That is what
 * was sent before the last look before the walk, and is either lost and back, by whatever way, or was met by reading alone and is neither
 * from before the account was connected nor beyond what was ever read of its thread.
 */
export async function report(
  tx: Transaction,
  account: AccountRow,
  since: Date,
  of: { readonly batch: Batch; readonly told: readonly ToldMessage[]; readonly added: readonly NewMessageRef[] },
): Promise<void> {
  const { batch, told, added } = of;
  const pages = batch.pages ?? [];
  const isRead = pages.length > 0 || batch.step?.move.stream === 'sweep';
  const sentAt = new Map(told.map(({ message }) => [message.externalId, message.sentAt]));
  const older = new Set<ExternalMessageId>(
    pages.flatMap(({ part, page }) => (part.kind === 'history' ? page.items.map((item) => item.externalId) : [])),
  );
  const late = added.flatMap(({ externalId, conversationId, backfilled }) => {
    const at = sentAt.get(externalId);
    if (!at || at >= since) return [];
    return [{ conversationId, missed: isRead && !backfilled && !older.has(externalId) }];
  });
  const read = isRead ? told.length : 0;
  if (read > 0 || late.length > 0) await noteWalk(tx, account, read, late);
}
