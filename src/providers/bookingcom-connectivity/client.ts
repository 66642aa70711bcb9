import type { ProviderError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { createHttp, errorOfStatus, type HttpAnswer } from '../../lib/http.ts';
import { redactText } from '../../lib/redaction.ts';
import type { Call, Deps } from '../contract.ts';
import { authBaseUrlOf, type ConnectivityCredentials } from './credentials.ts';
import { nonsense, PROVIDER, refusal } from './failures.ts';
import { flag, isObject, items, name, readAs, wireClaims, wireError, wireToken } from './wire.ts';

/** A bearer token, until when it is used, and the machine account that it speaks for. */
export interface Token {
  readonly jwt: string;
  readonly expiresAt: Date;
  readonly machineAccount: string | null;
}

/** One request below the base URL. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its slash, each part encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | null>>;
  readonly body?: JsonObject;
  /** Texts that the answer's words may quote and errors must not. */
  readonly secret?: readonly string[];
}

/** Talks to Booking.com: one call is one request. */
export interface Client {
  /** Exchanges the credentials for a token. A refusal is an `auth` error. */
  exchange(call: Call): Promise<Token>;
  /** Resolves with the envelope's data, or null where the token was refused. Throws ProviderError for every other refusal. */
  ask(token: string, operation: string, asked: Asked, call: Call): Promise<JsonObject | null>;
}

// Without it the API is at 1.0, which tells no kinds of messages (version history).
const DEFAULT_VERSION = '1.2';
// Tokens live for one hour (token-based authentication).
const USUAL_LIFE_S = 3600;
const LONGEST_MARGIN_S = 300;
// A download of 5 MB is 6.7 MB of base64.
const MAX_BYTES = 16_000_000;

/** Puts a client together; nothing is asked yet. */
export function createClient(credentials: ConnectivityCredentials, deps: Deps): Client {
  const { clientId, clientSecret, baseUrl, version = DEFAULT_VERSION } = credentials;
  const now = () => deps.now();
  const http = createHttp({ provider: PROVIDER, fetch: deps.fetch, now });
  const noted = (operation: string, status: number, requestId: string | null): void => {
    if (requestId !== null) deps.note?.({ operation, status, requestId });
  };

  return {
    async exchange(call) {
      const askedAt = now();
      const answer = await http.request('token', `${authBaseUrlOf(credentials)}/token-based-authentication/exchange`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
        signal: call.signal,
      });
      const body = bodyOf(answer);
      noted('token', answer.status, name.parse(body?.ruid) ?? ruidOf(body));
      if (answer.status !== 200) throw exchangeFailure(answer, now());
      const read = readAs(wireToken, body ?? answer.json());
      if (!read) throw nonsense('token', 'the answer holds no token');
      return tokenOf(read.jwt, askedAt);
    },

    async ask(token, operation, asked, call) {
      const answer = await http.request(operation, `${baseUrl}${asked.path}${queryOf(asked)}`, {
        method: asked.method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'accept-version': version,
          ...(asked.body && { 'content-type': 'application/json' }),
        },
        ...(asked.body && { body: JSON.stringify(asked.body) }),
        signal: call.signal,
        maxBytes: MAX_BYTES,
      });
      const body = bodyOf(answer);
      noted(operation, answer.status, ruidOf(body));
      if (answer.status === 401) return null;
      const clear = (words: string) => redactText(words, [clientSecret, token, ...quotable(asked)]);
      if (answer.status < 200 || answer.status > 299) {
        throw errorOfStatus(PROVIDER, operation, answer, now(), clear(wordsOf(body)));
      }
      return dataOf(operation, body ?? answer.json(), clear);
    },
  };
}

function queryOf({ query = {} }: Asked): string {
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === null ? [] : [[key, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** The answer as an object, or null where it is none. */
function bodyOf(answer: HttpAnswer): JsonObject | null {
  try {
    const body = answer.json();
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

/** The data of an answer that is a success by its status. That it can hold errors all the same is not documented, nor that it cannot. */
function dataOf(operation: string, body: Json, clear: (words: string) => string): JsonObject {
  const data = isObject(body) ? body.data : null;
  if (isObject(data) && flag.parse(data.ok) !== false) return data;
  const [first] = errorsOf(body);
  if (!first)
    throw nonsense(operation, isObject(data) ? 'the answer is not ok and does not say why' : 'no data in the answer');
  const status = first.code ?? 0;
  const message = `answered 200 with error ${status}: ${clear(first.message ?? '').slice(0, 300)}`;
  if (status === 403 || status === 404) throw refusal(operation, status === 403 ? 'forbidden' : 'not-found', message);
  if (status === 400) throw refusal(operation, 'invalid', message);
  throw nonsense(operation, message);
}

function errorsOf(body: Json) {
  return isObject(body) ? items.parse(body.errors).flatMap((item) => readAs(wireError, item) ?? []) : [];
}

function wordsOf(body: JsonObject | null): string {
  return errorsOf(body)
    .flatMap(({ message }) => message ?? [])
    .join('; ');
}

function ruidOf(body: JsonObject | null): string | null {
  return isObject(body?.meta) ? name.parse(body.meta.ruid) : null;
}

/** Texts as they are, and as JSON would write them. */
function quotable({ secret = [] }: Asked): readonly string[] {
  return secret.flatMap((words) => [words, JSON.stringify(words).slice(1, -1)]);
}

/** What the exchange answers to bad credentials is not documented; any clear refusal is one of them. */
function exchangeFailure(answer: HttpAnswer, now: Date): ProviderError {
  if (![400, 401, 403].includes(answer.status)) return errorOfStatus(PROVIDER, 'token', answer, now, '');
  return refusal('token', 'auth', `the client was refused (${answer.status})`);
}

/** The claims are only read for how long the token lives and for whom: it came from its issuer directly. */
function tokenOf(jwt: string, askedAt: Date): Token {
  const claims = readAs(wireClaims, claimsIn(jwt));
  const { iat = null, exp = null } = claims ?? {};
  const life = iat !== null && exp !== null && exp > iat ? exp - iat : USUAL_LIFE_S;
  const used = life - Math.min(LONGEST_MARGIN_S, life / 10);
  const expiresAt = new Date(askedAt.getTime() + used * 1000);
  return { jwt, expiresAt, machineAccount: claims?.machine_account_id ?? null };
}

function claimsIn(jwt: string): unknown {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return null;
  }
}
