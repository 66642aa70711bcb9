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

/** At most so many tokens an hour (token-based authentication); one more would be refused. */
const MOST_EXCHANGES = 30;
const HOUR_MS = 3_600_000;
// At about 60 bytes each, so that the memory stays small.
const MOST_VOICES = 500;

/** Puts a session together; nothing is asked yet. */
export function createSession(credentials: ConnectivityCredentials, client: Client, deps: Deps): Session {
  const known = async () => readKnown(await deps.memory.read(), credentials);
  const update = async (change: (current: Known) => JsonObject | Promise<JsonObject>): Promise<Known> => {
    const content = await deps.memory.update(async (current) =>
      withKnown(current, credentials, await change(readKnown(current, credentials))),
    );
    return readKnown(content, credentials);
  };

  /** One new token for all who find theirs expired or refused. */
  const tokenFor = async (call: Call, refused: string | null): Promise<string> => {
    const held = usable(await known(), refused, deps.now());
    if (held !== null) return held;
    const { token } = await update(async (current) =>
      usable(current, refused, deps.now()) === null ? (await exchange(client, current, deps.now(), call)).kept : {},
    );
    if (token) return token;
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
      const taken: { token?: Token } = {};
      await update(async (current) => {
        const { token, kept } = await exchange(client, current, deps.now(), call);
        taken.token = token;
        return kept;
      });
      if (taken.token) return taken.token;
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

/** Takes a new token, unless the hour's are used up: a provider that refuses every token must not be asked for ever more of them. */
async function exchange(client: Client, { exchanges }: Known, now: Date, call: Call) {
  const recent = exchanges.filter((at) => now.getTime() - at < HOUR_MS && at <= now.getTime());
  const oldest = recent[recent.length - MOST_EXCHANGES];
  if (oldest !== undefined) throw exhausted(new Date(oldest + HOUR_MS));
  const token = await client.exchange(call);
  const { jwt, expiresAt } = token;
  return { token, kept: { token: jwt, expiresAt: expiresAt.toISOString(), exchanges: [...recent, now.getTime()] } };
}

function usable({ token, expiresAt }: Known, refused: string | null, now: Date): string | null {
  return token && token !== refused && expiresAt && now < expiresAt ? token : null;
}

function exhausted(retryAt: Date): ProviderError {
  const message = `${MOST_EXCHANGES} tokens were taken within the hour`;
  const details = { provider: PROVIDER, operation: 'token', kind: 'rate-limited', message, retryAt } as const;
  return new ProviderError({ ...details, noEffect: true });
}
