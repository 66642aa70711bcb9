import { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, Deps } from '../contract.ts';
import type { Asked, Client, Token } from './client.ts';
import type { ConnectivityCredentials } from './credentials.ts';
import { harmless, nonsense, PROVIDER, refusal } from './failures.ts';
import { type Known, readKnown, withKnown } from './memory.ts';

/** What is shared by all that talk for one machine account, over all processes: the token and the properties' voices. */
export interface Session {
  /** Asks with a token that is accepted, and answers with the envelope's data. Throws ProviderError. */
  ask(operation: string, asked: Asked, call: Call): Promise<JsonObject>;
  /** Takes a new token, whatever is held: proof of the credentials. */
  renew(call: Call): Promise<Token>;
  known(): Promise<Known>;
  /** Keeps under which participant id properties speak. Never fails: what is not kept is learned again. */
  learn(voices: Known['voices']): Promise<void>;
  /** Keeps since when it is not known what a confirm did. Never fails. */
  doubt(since: string): Promise<void>;
}

/** Shows what is known to the one writer there is, and keeps what it gives. */
type Update = (change: (current: Known) => JsonObject | Promise<JsonObject>) => Promise<Known>;

/** At most so many tokens an hour (token-based authentication); one more would be refused. */
const MOST_EXCHANGES = 30;
const HOUR_MS = 3_600_000;
// At about 60 bytes each, so that the memory stays small.
const MOST_VOICES = 500;

/** Puts a session together; nothing is asked yet. */
export function createSession(credentials: ConnectivityCredentials, client: Client, deps: Deps): Session {
  const known = async () => readKnown(await deps.memory.read(), credentials);
  const update: Update = async (change) => {
    const content = await deps.memory.update(async (current) =>
      withKnown(current, credentials, await change(readKnown(current, credentials))),
    );
    return readKnown(content, credentials);
  };

  const take = createTaking(client, deps, update);

  /** One new token for all who find theirs expired or refused. */
  const tokenFor = async (call: Call, refused: string | null): Promise<string> => {
    const current = await known();
    const held = usable(current, refused, deps.now());
    if (held !== null) return held;
    // Before they wait for their turn at the memory.
    refuseEarly(current, deps.now());
    const { kept } = await take(call, (latest) => usable(latest, refused, deps.now()) === null);
    if (kept.token) return kept.token;
    throw nonsense('token', 'was not kept');
  };

  return {
    async ask(operation, asked, call) {
      const prepare = (refused: string | null) =>
        tokenFor(call, refused).catch((error) => {
          throw harmless(operation, error);
        });
      const first = await prepare(null);
      const answer = await client.ask(first, operation, asked, call);
      if (answer) return answer;
      const second = await client.ask(await prepare(first), operation, asked, call);
      if (second) return second;
      throw refusal(operation, 'auth', 'a new token was refused too');
    },

    async renew(call) {
      const { token } = await take(call, () => true);
      if (token) return token;
      throw nonsense('token', 'was not kept');
    },

    known,

    async learn(voices) {
      const news = (current: Known) =>
        Object.entries(voices).filter(([property, id]) => current.voices[property] !== id);
      try {
        if (news(await known()).length === 0) return;
        await update((current) => {
          const all = [...Object.entries(current.voices), ...news(current)];
          return { voices: Object.fromEntries(all.slice(-MOST_VOICES)) };
        });
      } catch {
        // A memory that fails here fails at the next token too, where it is told.
      }
    },

    async doubt(since) {
      // What a memory that fails forgets, the walk over everything finds.
      await update(() => ({ doubtSince: since })).catch(() => undefined);
    },
  };
}

/** A new token, unless others are found to have taken the one that was wanted. That there is none to be had is kept as well. */
function createTaking(client: Client, deps: Deps, update: Update) {
  return async (call: Call, isWanted: (current: Known) => boolean) => {
    const taken: { token?: Token; failure?: ProviderError } = {};
    const kept = await update(async (current) => {
      if (!isWanted(current)) return {};
      refuseEarly(current, deps.now());
      try {
        taken.token = await client.exchange(call);
        return keepable(taken.token, current, deps.now());
      } catch (error) {
        if (!(error instanceof ProviderError) || error.kind !== 'rate-limited') throw error;
        const until = error.retryAt ?? new Date(deps.now().getTime() + HOUR_MS / MOST_EXCHANGES);
        taken.failure = noToken('the tokens of this hour are used up', until);
        return { noTokenBefore: until.toISOString() };
      }
    });
    if (taken.failure) throw taken.failure;
    return { token: taken.token, kept };
  };
}

/**
 * Throws where there is no token to be had yet: a provider that refuses every token must not be asked for ever more of them, and one that
 * gave them all to others not by everybody anew.
 */
function refuseEarly({ exchanges, noTokenBefore }: Known, now: Date): void {
  const recent = within(exchanges, now);
  const oldest = recent[recent.length - MOST_EXCHANGES];
  if (oldest !== undefined)
    throw noToken(`${MOST_EXCHANGES} tokens were taken within the hour`, new Date(oldest + HOUR_MS));
  // One that is further away was kept by a clock that was ahead.
  if (noTokenBefore && noTokenBefore > now && noTokenBefore.getTime() <= now.getTime() + HOUR_MS)
    throw noToken('the tokens of this hour are used up', noTokenBefore);
}

function keepable({ jwt, expiresAt }: Token, { exchanges }: Known, now: Date): JsonObject {
  const taken = [...within(exchanges, now), now.getTime()];
  return { token: jwt, expiresAt: expiresAt.toISOString(), exchanges: taken, noTokenBefore: null };
}

/** The moments of the last hour. */
function within(exchanges: readonly number[], now: Date): readonly number[] {
  return exchanges.filter((at) => now.getTime() - at < HOUR_MS && at <= now.getTime());
}

function usable({ token, expiresAt }: Known, refused: string | null, now: Date): string | null {
  return token && token !== refused && expiresAt && now < expiresAt ? token : null;
}

function noToken(message: string, retryAt: Date): ProviderError {
  const details = { provider: PROVIDER, operation: 'token', kind: 'rate-limited', message, retryAt } as const;
  return new ProviderError({ ...details, noEffect: true });
}
