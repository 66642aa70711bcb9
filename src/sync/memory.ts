import type { AccountId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { KnownSecrets } from '../lib/known-secrets.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Memory } from '../providers/contract.ts';
import type { Database } from '../store/database.ts';
import { dropMemory, readMemory, takeMemory, writeMemory } from '../store/memory.ts';

export interface MemoryParts {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Names this process as the writer. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Told of the tokens in it, so that they are in no line of the log. */
  readonly secrets: Pick<KnownSecrets, 'know'>;
}

// How soon to look again whether another process has given the memory back.
const TURN_MS = 50;

/** What an account's memory is sealed for: a copy of it in another row does not open. */
export function memoryContext(id: AccountId): string {
  return `account:${id}:memory`;
}

/**
 * An account's memory in the store. One writer at a time: within the process they queue here, over processes by a lease in the row.
 * Those who waited are given what the writer before them left.
 */
export function createMemory(id: AccountId, parts: MemoryParts): Memory {
  let turn: Promise<unknown> = Promise.resolve();
  const open = (sealed: Uint8Array | null): JsonObject =>
    sealed === null ? {} : told(JSON.parse(parts.sealer.open(sealed, memoryContext(id))) as JsonObject);
  const told = (content: JsonObject): JsonObject => {
    parts.secrets.know(id, 'memory', tokensIn(content));
    return content;
  };
  const read = async (): Promise<JsonObject> => open(await readMemory(parts.db, id));
  const write = async (change: (current: JsonObject) => JsonObject | Promise<JsonObject>): Promise<JsonObject> => {
    const owner = `${parts.owner}:${crypto.randomUUID()}`;
    for (;;) {
      const come = await takeMemory(parts.db, id, owner, parts.leaseMs);
      if (come === 'taken') break;
      // Such as one that was being connected, and was taken back.
      if (come === 'gone') throw new Error('the account is gone that this memory was of');
      await sleep(parts.clock, TURN_MS);
    }
    try {
      const next = told(await change(await read()));
      const sealed = parts.sealer.seal(JSON.stringify(next), memoryContext(id));
      if (!(await writeMemory(parts.db, id, owner, sealed)))
        throw new Error('the memory was taken over while it was changed');
      return next;
    } catch (error) {
      await dropMemory(parts.db, id, owner);
      throw error;
    }
  };
  return {
    read,
    update(change) {
      const mine = turn.then(() => write(change));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Texts whose name, or the name of what they are in, says that they let somebody in. */
function tokensIn(content: unknown, within = false): readonly string[] {
  if (typeof content === 'string') return within ? [content] : [];
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([name, value]) => tokensIn(value, within || /token|secret/i.test(name)));
}
