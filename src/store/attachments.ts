import { DomainError } from '../domain/errors.ts';
import {
  type AccountId,
  type AttachmentId,
  brand,
  type ConversationId,
  type ExternalAttachmentId,
  type ExternalConversationId,
  type MessageId,
} from '../domain/ids.ts';
import type { Address } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import type { ToldMessage } from './message-writes.ts';
import { asRecords } from './rows.ts';
import type { TenantScope } from './scope.ts';
import { type Cell, groupUp, lineUp, readRows, toNumberOrNull } from './statement.ts';

/** A file of a message, or one uploaded for a message that is still to be sent. */
export interface Attachment {
  readonly id: AttachmentId;
  readonly name: string | null;
  readonly contentType: string | null;
  /** Bytes. */
  readonly size: number | null;
}

/** Where a file's bytes are to be had. */
export interface AttachmentSource extends Attachment {
  readonly accountId: AccountId;
  readonly externalId: ExternalAttachmentId;
  readonly conversation: { readonly externalId: ExternalConversationId | null; readonly address: Address };
}

/** Stores what was told of files, each under its (message, external id). The messages must be stored already. */
export async function saveAttachments(
  tx: Transaction,
  account: AccountRow,
  told: readonly ToldMessage[],
  now: Date,
): Promise<void> {
  const records = told.flatMap(({ message }) =>
    message.attachments.map((one) => ({
      id: createId<AttachmentId>('Attachment'),
      message: message.externalId,
      external_id: one.externalId,
      name: one.name,
      content_type: one.contentType,
      size: one.size,
    })),
  );
  if (records.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO attachment (id, tenant_id, account_id, conversation_id, message_id, external_id, name, content_type, size, created_at)
    SELECT DISTINCT ON (m.id, r.external_id) r.id, m.tenant_id, m.account_id, m.conversation_id, m.id, r.external_id, r.name,
      r.content_type, r.size, ${now}
    FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, message text, external_id text, name text, content_type text, size int)
    JOIN message m ON m.account_id = ${account.id} AND m.external_id = r.message AND m.erased_at IS NULL
    ON CONFLICT (message_id, external_id) DO NOTHING`;
}

/**
 * Takes files off messages whose text their provider has replaced, as far as it tells them no more: such as of one judged to be phishing.
 * To be called while the old text still stands here.
 */
export async function dropReplaced(tx: Transaction, account: AccountRow, told: readonly ToldMessage[]): Promise<void> {
  const records = told.flatMap(({ message: { externalId, body, attachments } }) =>
    body === null ? [] : [{ message: externalId, body, files: attachments.map((one) => one.externalId) }],
  );
  if (records.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM attachment a USING message m
    JOIN json_to_recordset(${asRecords(records)}::json) AS r(message text, body text, files text[]) ON m.external_id = r.message
    WHERE m.account_id = ${account.id} AND a.message_id = m.id AND m.body <> r.body AND NOT a.external_id = ANY(r.files)`;
}

/** The files of each message, in the order they were stored. Slot i answers id i. */
export async function attachmentsOfMessages(
  db: Database,
  scope: TenantScope,
  ids: readonly MessageId[],
): Promise<readonly (readonly Attachment[])[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<[messageId: string, id: string, name: Cell, contentType: Cell, size: Cell]>(db, {
    text: `SELECT message_id, id, name, content_type, size FROM attachment
      WHERE tenant_id = $1 AND message_id = ANY($2::text[]) ORDER BY id`,
    values: [scope.tenantId, ids],
  });
  const groups = groupUp(ids, rows, ([messageId]) => brand<MessageId>(messageId));
  return groups.map((group) => group.map(([, ...cells]) => toAttachment(cells)));
}

/** Slot i answers id i; null where it is unknown or foreign, or its message was removed. */
export async function attachmentsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly AttachmentId[],
): Promise<readonly (Attachment | null)[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<AttachmentCells>(db, {
    text: `SELECT a.id, a.name, a.content_type, a.size
      FROM attachment a LEFT JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id
      WHERE a.tenant_id = $1 AND a.id = ANY($2::text[]) AND m.removed_at IS NULL`,
    values: [scope.tenantId, ids],
  });
  return lineUp(ids, rows.map(toAttachment), ({ id }) => id);
}

type AttachmentCells = [id: string, name: Cell, contentType: Cell, size: Cell];

function toAttachment([id, name, contentType, size]: AttachmentCells): Attachment {
  return { id: brand<AttachmentId>(id), name, contentType, size: toNumberOrNull(size) };
}

/** Where the bytes of a file are; null where it is unknown, foreign, removed, or has none at the provider. */
export async function attachmentSource(
  db: Database,
  scope: TenantScope,
  id: AttachmentId,
): Promise<AttachmentSource | null> {
  const rows = await db.prisma.attachment.findMany({
    where: {
      ...{ tenant_id: scope.tenantId, id, external_id: { not: null } },
      OR: [{ message_id: null }, { message: { removed_at: null } }],
    },
    include: { conversation: { select: { external_id: true, address: true } } },
  });
  return rows.flatMap(toSource)[0] ?? null;
}

/** Notes a file that was uploaded to the provider, for a message of that conversation. */
export async function noteUpload(
  db: Database,
  scope: TenantScope,
  file: {
    readonly accountId: AccountId;
    readonly conversationId: ConversationId;
    readonly externalId: ExternalAttachmentId;
    readonly name: string;
    readonly contentType: string;
    readonly size: number;
    readonly now: Date;
  },
): Promise<Attachment> {
  const id = createId<AttachmentId>('Attachment');
  const { name, contentType, size } = file;
  await db.prisma.attachment.create({
    data: {
      id,
      tenant_id: scope.tenantId,
      account_id: file.accountId,
      conversation_id: file.conversationId,
      external_id: file.externalId,
      name,
      content_type: contentType,
      size,
      created_at: file.now,
    },
  });
  return { id, name, contentType, size };
}

/** Hangs uploaded files on a message. Throws DomainError NOT_FOUND where one is unknown, foreign, of another conversation, or used. */
export async function attach(
  tx: Transaction,
  scope: TenantScope,
  ids: readonly string[],
  to: { readonly conversationId: ConversationId; readonly messageId: MessageId },
): Promise<void> {
  if (ids.length === 0) return;
  const taken = await tx.$executeRaw`
    UPDATE attachment SET message_id = ${to.messageId}
    WHERE tenant_id = ${scope.tenantId} AND id = ANY(${ids}) AND conversation_id = ${to.conversationId} AND message_id IS NULL`;
  if (taken !== new Set(ids).size)
    throw new DomainError('NOT_FOUND', 'There is no such file for a message of this conversation.', ['attachmentIds']);
}

/** A row with its conversation, as a source; none where it has no id at the provider. */
export function toSource(row: {
  readonly id: string;
  readonly account_id: string;
  readonly external_id: string | null;
  readonly name: string | null;
  readonly content_type: string | null;
  readonly size: number | null;
  readonly conversation: { readonly external_id: string | null; readonly address: unknown };
}): readonly AttachmentSource[] {
  const { conversation } = row;
  if (row.external_id === null) return [];
  return [
    {
      id: brand<AttachmentId>(row.id),
      name: row.name,
      contentType: row.content_type,
      size: row.size,
      accountId: brand<AccountId>(row.account_id),
      externalId: brand<ExternalAttachmentId>(row.external_id),
      conversation: {
        externalId: conversation.external_id === null ? null : brand<ExternalConversationId>(conversation.external_id),
        address: conversation.address as Address,
      },
    },
  ];
}
