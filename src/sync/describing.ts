import { ProviderError } from '../domain/errors.ts';
import type { Call } from '../providers/contract.ts';
import { describeFile, undescribedFiles } from '../store/file-descriptions.ts';
import type { Connection } from './connections.ts';
import type { LookParts } from './look.ts';
import { isOfThread } from './threads.ts';

// Files described in one look: each costs a request.
const AT_ONCE = 10;

/** Asks for the names, types and sizes of files that messages named by their ids alone. One that is gone counts as described. */
export async function describeFiles(parts: LookParts, connection: Connection, call: Call): Promise<void> {
  const { account, adapter } = connection;
  if (!adapter.describeAttachment) return;
  for (const file of await undescribedFiles(parts.db, account.id, AT_ONCE)) {
    const told = await adapter.describeAttachment(file.externalId, file.conversation, call).catch(ofThisFile);
    const contentType = told?.contentType ?? 'application/octet-stream';
    const known = { name: told?.name ?? null, contentType, size: told?.size ?? null };
    await describeFile(parts.db, file.id, known, parts.clock.now());
  }
}

/** A failure that concerns one file alone leaves it without a description. */
function ofThisFile(error: unknown): null {
  if (error instanceof ProviderError && isOfThread(error)) return null;
  throw error;
}
