import {
  type AccountId,
  type AttachmentId,
  brand,
  type ConversationId,
  type MessageId,
  type TenantId,
} from '../domain/ids.ts';
import { type AttachmentSource, toSource } from './attachments.ts';
import type { Database } from './database.ts';
import { appendEvents } from './feed.ts';

/** Files of an account that their messages named by id alone, the newest first. */
export async function undescribedFiles(
  db: Database,
  accountId: AccountId,
  limit: number,
): Promise<readonly AttachmentSource[]> {
  const rows = await db.prisma.attachment.findMany({
    where: { account_id: accountId, external_id: { not: null }, name: null, content_type: null, size: null },
    include: { conversation: { select: { external_id: true, address: true } } },
    orderBy: { id: 'desc' },
    take: limit,
  });
  return rows.flatMap(toSource);
}

/** Notes what a file is; tells those who follow its message. */
export async function describeFile(
  db: Database,
  id: AttachmentId,
  file: { readonly name: string | null; readonly contentType: string; readonly size: number | null },
  now: Date,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.attachment.updateManyAndReturn({
      where: { id },
      data: { name: file.name, content_type: file.contentType, size: file.size },
    });
    // Its provider may have taken it back meanwhile.
    if (!row || row.message_id === null) return;
    const event = {
      type: 'MessageChanged' as const,
      accountId: brand<AccountId>(row.account_id),
      conversationId: brand<ConversationId>(row.conversation_id),
      messageId: brand<MessageId>(row.message_id),
    };
    await appendEvents(tx, brand<TenantId>(row.tenant_id), [event], now);
  });
}
