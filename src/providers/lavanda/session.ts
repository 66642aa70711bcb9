import { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, Deps } from '../contract.ts';
import { type Ask, createAsk } from './asking.ts';
import type { Client, Token } from './client.ts';
import type { LavandaCredentials } from './credentials.ts';
import type { Dialect } from './dialect.ts';
import { harmless, PROVIDER, RefusedDocument } from './failures.ts';
import { learnDialect } from './learning.ts';
import { type Known, readKnown, withKnown } from './memory.ts';

/** What is shared by all that talk for one account: token, dialect and other learned facts, over all processes. */
export interface Session {
  /** Takes a new token, whatever is held: proof of the credentials. */
  renew(call: Call): Promise<void>;
  /**
   * Does `work` in the dialect learned before. Where the provider refuses a document (its schema may have changed), the dialect is learned
   * anew and, if it differs, `work` is done once more from its start.
   */
  speak<T>(call: Call, work: (dialect: Dialect, ask: Ask) => Promise<T>): Promise<T>;
  known(): Promise<Known>;
  keep(changes: JsonObject): Promise<void>;
}

/** Shows what is known to the one writer there is, and keeps what it gives. */
type Update = (change: (current: Known) => Promise<JsonObject>) => Promise<Known>;

// A document that stays refused is not a matter of dialect; asking about it again and again would not help.
const LEARN_AGAIN_MS = 10 * 60_000;

/** Puts a session together; nothing is asked yet. */
export function createSession(credentials: LavandaCredentials, client: Client, deps: Deps): Session {
  const known = async () => readKnown(await deps.memory.read(), credentials);
  const update: Update = async (change) => {
    const content = await deps.memory.update(async (current) =>
      withKnown(current, credentials, await change(readKnown(current, credentials))),
    );
    return readKnown(content, credentials);
  };
  const learn = createLearner(client, deps, update);

  return {
    known,
    renew: async (call) => void (await update(async () => keepable(await client.requestToken(call)))),
    keep: async (changes) => void (await update(async () => changes)),
    async speak(call, work) {
      const ask = createAsk(client, call, (refused) => tokenFor(call, refused, { client, deps, known, update }));
      const held = await known().catch((error) => {
        throw harmless('memory', error);
      });
      const dialect = held.dialect ?? (await learn(call, null));
      try {
        return await work(dialect, ask);
      } catch (error) {
        if (!(error instanceof RefusedDocument) || isLately(held.confirmedAt, deps.now())) throw error;
        const learned = await learn(call, dialect);
        if (isSame(learned, dialect)) throw error;
        return work(learned, ask);
      }
    },
  };
}

/** One new token for all who find theirs expired or refused. */
async function tokenFor(
  call: Call,
  refused: string | null,
  { client, deps, known, update }: { client: Client; deps: Deps; known: () => Promise<Known>; update: Update },
): Promise<string> {
  const held = usableToken(await known(), refused, deps.now());
  if (held !== null) return held;
  const { token } = await update(async (current) =>
    usableToken(current, refused, deps.now()) === null ? keepable(await client.requestToken(call)) : {},
  );
  if (token) return token;
  throw notKept('token');
}

/** Learns the dialect, or anew what was refused, under the memory's one-writer rule: all who wait share it. */
function createLearner(client: Client, deps: Deps, update: Update) {
  return async (call: Call, refused: Dialect | null): Promise<Dialect> => {
    const { dialect } = await update(async (current) => {
      if (current.dialect && (refused === null || !isSame(current.dialect, refused))) return {};
      // The writer is at work already, so a token is taken and kept here too.
      const taken: { token: Token | null } = { token: null };
      const ask = createAsk(client, call, async (bad) => {
        const held = taken.token?.token ?? usableToken(current, null, deps.now());
        if (held !== null && held !== bad) return held;
        taken.token = await client.requestToken(call);
        return taken.token.token;
      });
      const learned = await learnDialect(ask);
      const unchanged = refused !== null && isSame(learned, refused);
      const confirmedAt = unchanged ? deps.now().toISOString() : null;
      return { ...(taken.token ? keepable(taken.token) : {}), dialect: learned, confirmedAt };
    }).catch((error) => {
      throw harmless('learn', error);
    });
    if (dialect) return dialect;
    throw notKept('dialect');
  };
}

function usableToken({ token, expiresAt }: Known, refused: string | null, now: Date): string | null {
  return token && token !== refused && expiresAt && now < expiresAt ? token : null;
}

function keepable({ token, expiresAt }: Token): JsonObject {
  return { token, expiresAt: expiresAt.toISOString() };
}

function isLately(confirmedAt: Date | null | undefined, now: Date): boolean {
  return confirmedAt != null && now.getTime() - confirmedAt.getTime() < LEARN_AGAIN_MS;
}

function isSame(a: Dialect, b: Dialect): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Stores may give an object's fields back in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function notKept(what: string): ProviderError {
  return new ProviderError({
    provider: PROVIDER,
    operation: what,
    kind: 'protocol',
    message: 'was not kept',
    noEffect: true,
  });
}
