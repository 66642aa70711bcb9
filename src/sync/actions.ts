import { DomainError } from '../domain/errors.ts';
import type { FileStream, Gateway } from '../domain/gateway.ts';
import type { ConversationId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Call, ProviderModule } from '../providers/contract.ts';
import { attachmentSource, noteUpload } from '../store/attachments.ts';
import type { Database } from '../store/database.ts';
import { feedTopic } from '../store/feed.ts';
import { tenantScope } from '../store/scope.ts';
import {
  messageTargets,
  noteClosed,
  noteNoReplyNeeded,
  type ThreadTarget,
  threadTarget,
} from '../store/thread-targets.ts';
import type { Connection, Connections } from './connections.ts';
import type { Ingest } from './ingest.ts';
import { createLookUp } from './look-ups.ts';

export interface ActionParts {
  readonly db: Database;
  readonly modules: ReadonlyMap<string, ProviderModule>;
  readonly connections: Connections;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly wakes: Wakes;
}

/** What callers may have done at a provider beside reading and sending. */
export type Actions = Pick<
  Gateway,
  'markRead' | 'setNoReplyNeeded' | 'setClosed' | 'budget' | 'findConversation' | 'upload' | 'download' | 'warnings'
>;

export function createActions(parts: ActionParts): Actions {
  const { db, connections } = parts;
  const lookUp = createLookUp(parts);
  const person = (signal: AbortSignal): Call => ({ signal, lane: 'person' });
  return {
    async markRead(tenantId, messageIds, signal) {
      for (const [id, messages] of await messageTargets(db, tenantScope(tenantId), messageIds)) {
        const { target, connection } = await reach(parts, tenantId, id);
        await connection.adapter.markRead?.(target.key, messages, person(signal));
      }
    },
    async setNoReplyNeeded(tenantId, id, value, signal) {
      const { target, connection } = await reach(parts, tenantId, id);
      if (!connection.adapter.setNoReplyNeeded) throw unsupported(connection, 'has no such mark');
      await connection.adapter.setNoReplyNeeded(target.key, value, person(signal));
      await noteNoReplyNeeded(db, tenantScope(tenantId), id, value, parts.clock.now());
      parts.wakes.notify(feedTopic(tenantId));
    },
    async setClosed(tenantId, id, closed, signal) {
      const { target, connection } = await reach(parts, tenantId, id);
      if (!connection.adapter.setClosed) throw unsupported(connection, 'closes no conversations');
      await connection.adapter.setClosed(target.key, closed, person(signal));
      await noteClosed(db, tenantScope(tenantId), id, closed ? parts.clock.now() : null, parts.clock.now());
      parts.wakes.notify(feedTopic(tenantId));
    },
    async budget(tenantId, accountId) {
      const connection = await connections.of(accountId);
      return connection?.account.tenantId === tenantId ? ((await connection.budget?.state()) ?? null) : null;
    },
    async findConversation(tenantId, accountIds, of, signal) {
      const looked = await Promise.all(
        accountIds.map(async (accountId) => {
          const connection = await connections.of(accountId);
          if (connection?.account.tenantId !== tenantId || !connection.adapter.findConversation) return [];
          const error = await lookUp(connection, of, person(signal));
          return error ? [{ accountId, error }] : [];
        }),
      );
      return looked.flat();
    },
    async upload(tenantId, id, file, signal) {
      const { target, connection } = await reach(parts, tenantId, id);
      if (!connection.adapter.upload) throw unsupported(connection, 'takes no files');
      const externalId = await connection.adapter.upload({ ...file, conversation: target.key }, person(signal));
      const { name, contentType, bytes } = file;
      const noted = await noteUpload(db, tenantScope(tenantId), {
        ...{ accountId: target.accountId, conversationId: id, externalId, name, contentType },
        ...{ size: bytes.byteLength, now: parts.clock.now() },
      });
      return noted.id;
    },
    async download(tenantId, id, signal): Promise<FileStream | null> {
      const source = await attachmentSource(db, tenantScope(tenantId), id);
      const connection = source && (await connections.of(source.accountId));
      if (!source || !connection?.adapter.download) return null;
      const file = await connection.adapter.download(source.externalId, source.conversation, person(signal));
      return { ...file, name: source.name, contentType: source.contentType ?? file.contentType };
    },
    warnings: (account, facts, body) => parts.modules.get(account.provider)?.warn?.({ body }, facts) ?? [],
  };
}

async function reach(
  parts: ActionParts,
  tenantId: TenantId,
  id: ConversationId,
): Promise<{ target: ThreadTarget; connection: Connection }> {
  const target = await threadTarget(parts.db, tenantScope(tenantId), id);
  const connection = target && (await parts.connections.of(target.accountId));
  if (!target || !connection) throw new DomainError('NOT_FOUND', 'There is no such conversation.', ['conversationId']);
  return { target, connection };
}

function unsupported({ module }: Connection, why: string): DomainError {
  return new DomainError('UNSUPPORTED', `${module.title} ${why}.`, ['conversationId']);
}
