import type { Clock } from '../lib/clock.ts';
import type { Database } from '../store/database.ts';
import { findCallers, noteTokenUse, type TokenCaller, USE_NOTED_EVERY_MS } from '../store/tokens.ts';
import { createBoundedCache } from './bounded-cache.ts';

/** Asks the store whom a token stands for; null where it is unknown, expired or revoked. */
export type TokenLook = (token: string) => Promise<TokenCaller | null>;

interface Asked {
  readonly answer: PromiseWithResolvers<TokenCaller | null>;
}

/** How many queries may be under way at once, how many tokens one asks about, and how many are remembered as noted. */
const limits = { queries: 4, tokens: 1_000, noted: 10_000 } as const;

/**
 * Looks tokens up together: all that are asked for at the same time, and those that wait while others are looked up, are one query. However
 * many wrong ones are tried, they take a few connections at most, and no good one waits for more than a query or two.
 */
export function createTokenLooks(db: Database, clock: Clock): TokenLook {
  let waiting = new Map<string, Asked>();
  let running = 0;
  let due = false;
  const noteUse = createUseNotes(db, clock);
  const ask = async (asked: ReadonlyMap<string, Asked>): Promise<void> => {
    running += 1;
    try {
      const found = await findCallers(db, [...asked.keys()], clock.now());
      for (const [place, { answer }] of [...asked.values()].entries()) answer.resolve(found[place] ?? null);
      noteUse(found.flatMap((caller) => (caller ? [caller.tokenId] : [])));
    } catch (error) {
      for (const { answer } of asked.values()) answer.reject(error);
    } finally {
      running -= 1;
      go();
    }
  };
  const go = (): void => {
    due = false;
    while (waiting.size > 0 && running < limits.queries) {
      const asked = new Map([...waiting].slice(0, limits.tokens));
      waiting = new Map([...waiting].slice(limits.tokens));
      void ask(asked);
    }
  };
  return (token) => {
    const asked = waiting.get(token) ?? { answer: Promise.withResolvers<TokenCaller | null>() };
    waiting.set(token, asked);
    if (!due) queueMicrotask(go);
    due = true;
    return asked.answer.promise;
  };
}

/** Notes the use of tokens, asking the store about each only when a minute is over. */
function createUseNotes(db: Database, clock: Clock): (ids: readonly string[]) => void {
  const noted = createBoundedCache<string, number>(limits.noted);
  return (ids) => {
    const before = clock.monotonic() - USE_NOTED_EVERY_MS;
    const unnoted = ids.filter((id) => (noted.get(id) ?? Number.NEGATIVE_INFINITY) <= before);
    if (unnoted.length === 0) return;
    for (const id of unnoted) noted.set(id, clock.monotonic());
    // The next use says it again.
    noteTokenUse(db, unnoted, clock.now()).catch(() => {
      for (const id of unnoted) noted.delete(id);
    });
  };
}
