import type { JsonObject } from '../../domain/json.ts';
import type { Call, Deps } from '../contract.ts';
import type { Answer, Asked, Client } from './client.ts';
import type { BookingsyncCredentials } from './credentials.ts';
import { harmless, nonsense, refusal } from './failures.ts';
import { type Known, readKnown, withKnown } from './memory.ts';

/** Asks with a token that is accepted. Throws ProviderError. */
export type Ask = (operation: string, asked: Asked, call: Call) => Promise<Answer>;

/** What is shared by all that talk for one account, over all processes: the tokens and what was learned. */
export interface Session {
  readonly ask: Ask;
  /** A token that is not known to be refused. */
  token(call: Call): Promise<string>;
  known(): Promise<Known>;
  /** Keeps what was learned. Never fails: what is not kept is learned again. */
  learn(change: (current: Known) => JsonObject): Promise<void>;
  /**
   * Lets `work` alone be at it over all processes, and keeps what it gives. It may be begun twice: what it asks is asked with one
   * token, which is renewed outside, since whoever holds the memory must not wait for it.
   */
  alone(operation: string, call: Call, work: (known: Known, ask: Ask) => Promise<JsonObject>): Promise<Known>;
}

/** Puts a session together; nothing is asked yet. */
export function createSession(credentials: BookingsyncCredentials, client: Client, deps: Deps): Session {
  const known = async () => readKnown(await deps.memory.read(), credentials);
  const update = async (change: (current: Known) => JsonObject | Promise<JsonObject>): Promise<Known> => {
    const content = await deps.memory.update(async (current) =>
      withKnown(current, credentials, await change(readKnown(current, credentials))),
    );
    return readKnown(content, credentials);
  };
  const usable = (held: Known, refused: string | null) => usableToken(held, credentials, refused, deps.now());

  /** One new token for all who find theirs over or refused. What is kept is kept before it is used. */
  const tokenFor = async (call: Call, refused: string | null): Promise<string> => {
    const held = usable(await known(), refused);
    if (held !== null) return held;
    const kept = await update(async (current) => {
      if (usable(current, refused) !== null) return {};
      const used = current.refreshToken ?? credentials.refreshToken;
      const { accessToken, expiresAt, refreshToken } = await client.refresh(used, call);
      return { accessToken, expiresAt: expiresAt.toISOString(), refreshToken: refreshToken ?? used };
    });
    const token = usable(kept, refused);
    if (token !== null) return token;
    throw nonsense('token', 'was not kept');
  };

  /** Does `work` with a token, and once more with a new one where it was refused: then nothing was done. */
  const withToken = async <T>(
    operation: string,
    call: Call,
    work: (token: string) => Promise<T | null>,
  ): Promise<T> => {
    const prepare = (refused: string | null) =>
      tokenFor(call, refused).catch((error) => {
        throw harmless(operation, error);
      });
    const first = await prepare(null);
    const done = await work(first);
    if (done !== null) return done;
    const again = await work(await prepare(first));
    if (again !== null) return again;
    throw refusal(operation, 'auth', 'a new token was refused too');
  };

  return {
    ask: (operation, asked, call) => withToken(operation, call, (token) => client.ask(token, operation, asked, call)),
    token: (call) => tokenFor(call, null),
    known,
    async learn(change) {
      // A memory that fails here fails at the next token too, where it is told.
      await update(change).catch(() => undefined);
    },
    alone: (operation, call, work) =>
      withToken(operation, call, (token) =>
        update((current) =>
          work(current, async (name, asked, same) => {
            const answer = await client.ask(token, name, asked, same);
            if (answer) return answer;
            throw new TokenRefused();
          }),
        ).catch((error) => {
          if (error instanceof TokenRefused) return null;
          throw error;
        }),
      ),
  };
}

/** Never leaves this file. */
class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** The token that was given with the credentials is used until one was refreshed: how long it lives was not said. */
function usableToken(
  { accessToken, expiresAt }: Known,
  credentials: BookingsyncCredentials,
  refused: string | null,
  now: Date,
): string | null {
  if (!accessToken) return credentials.accessToken !== refused ? (credentials.accessToken ?? null) : null;
  return accessToken !== refused && expiresAt && now < expiresAt ? accessToken : null;
}
