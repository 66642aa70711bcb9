import type { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { createHttp, errorOfStatus, type HttpAnswer } from '../../lib/http.ts';
import { redactText } from '../../lib/redaction.ts';
import type { Call, Deps } from '../contract.ts';
import { allowanceIn, withReturn } from './allowance.ts';
import type { BookingsyncCredentials } from './credentials.ts';
import { nonsense, PROVIDER, refusal } from './failures.ts';
import { isObject, wireToken, wordsOf } from './wire.ts';

/** What a token request gave, and until when the access token is used: a little less than it lives. */
export interface Tokens {
  readonly accessToken: string;
  readonly expiresAt: Date;
  /** Takes the place of the one that was used. Null where the answer names none. */
  readonly refreshToken: string | null;
}

/** One request below `/api/v3`. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** With its slash, each part fit to stand in a path. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | null>>;
  readonly body?: JsonObject;
  /** Texts that the answer's words may quote and errors must not. */
  readonly secret?: readonly string[];
}

export interface Answer {
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** Talks to BookingSync: one call is one request. */
export interface Client {
  /** Resolves with the answer, or null where the token was refused. Throws ProviderError for every other refusal. */
  ask(token: string, operation: string, asked: Asked, call: Call): Promise<Answer | null>;
  /** Takes new tokens for a refresh token, which is worth nothing afterwards. A refusal is an `auth` error. */
  refresh(refreshToken: string, call: Call): Promise<Tokens>;
  /** Proves the application's id and secret, and changes nothing. */
  prove(call: Call): Promise<void>;
}

// "Authentication": two hours.
const USUAL_LIFE_S = 7200;
const LONGEST_MARGIN_S = 60;
const MEDIA_TYPE = 'application/vnd.api+json';

/** Puts a client together; nothing is asked yet. */
export function createClient(credentials: BookingsyncCredentials, deps: Deps): Client {
  const { clientId, clientSecret, redirectUri, baseUrl } = credentials;
  const now = () => deps.now();
  const http = createHttp({ provider: PROVIDER, fetch: deps.fetch, now });

  const request = async (operation: string, url: string, init: RequestInit, call: Call): Promise<HttpAnswer> => {
    const answer = await http.request(operation, `${baseUrl}${url}`, { ...init, signal: call.signal });
    deps.note?.({ operation, status: answer.status, requestId: answer.headers.get('x-request-id') });
    return answer;
  };

  const grant = async (kind: string, more: Record<string, string>, call: Call): Promise<HttpAnswer> => {
    const form = { client_id: clientId, client_secret: clientSecret, grant_type: kind, ...more };
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    const init = { method: 'POST', headers, body: new URLSearchParams(form).toString() };
    const answer = await request('token', '/oauth/token', init, call);
    if (answer.status !== 200) throw grantFailure(answer, kind, now());
    return answer;
  };

  return {
    async ask(token, operation, asked, call) {
      const { method, body } = asked;
      const headers = {
        authorization: `Bearer ${token}`,
        accept: MEDIA_TYPE,
        ...(body && { 'content-type': MEDIA_TYPE }),
      };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      const answer = await request(operation, `/api/v3${asked.path}${queryOf(asked)}`, init, call);
      const allowance = allowanceIn(answer.headers);
      if (allowance) deps.allowance?.(allowance);
      if (answer.status === 401) return null;
      if (answer.status >= 200 && answer.status < 300)
        return { headers: answer.headers, body: bodyOf(operation, answer) };
      const said = redactText(refusalIn(answer), [clientSecret, token, ...quotable(asked)]);
      throw withReturn(errorOfStatus(PROVIDER, operation, answer, now(), said), allowance, now());
    },

    async refresh(refreshToken, call) {
      const askedAt = now();
      const answer = await grant('refresh_token', { refresh_token: refreshToken, redirect_uri: redirectUri }, call);
      const { data } = wireToken.safeParse(answer.json());
      if (!data) throw nonsense('token', 'the answer holds no access token');
      const life = data.expires_in ?? USUAL_LIFE_S;
      const used = Math.max(0, life - Math.min(LONGEST_MARGIN_S, life / 10));
      const expiresAt = new Date(askedAt.getTime() + used * 1000);
      return { accessToken: data.access_token, expiresAt, refreshToken: data.refresh_token };
    },

    async prove(call) {
      const answer = await grant('client_credentials', {}, call);
      if (!wireToken.safeParse(answer.json()).data) throw nonsense('token', 'the answer holds no access token');
    },
  };
}

function queryOf({ query = {} }: Asked): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Nothing at all is an answer where it is said so. */
function bodyOf(operation: string, answer: HttpAnswer): JsonObject {
  if (answer.status === 204) return {};
  const body = answer.json();
  if (isObject(body)) return body;
  throw nonsense(operation, 'the answer is no object');
}

/** Refusals may come as a web page. */
function refusalIn(answer: HttpAnswer): string {
  try {
    const body = answer.json();
    return isObject(body) ? wordsOf(body.errors) : '';
  } catch {
    return '';
  }
}

/** Texts as they are, and as JSON would write them. */
function quotable({ secret = [] }: Asked): readonly string[] {
  return secret.flatMap((words) => [words, JSON.stringify(words).slice(1, -1)]);
}

const refusedWho: Readonly<Record<string, string>> = {
  refresh_token: 'the refresh token or the application was refused: the account has to be connected again',
  client_credentials: "the application's id or secret was refused",
};

/** A refusal is 401 ("Authentication"); OAuth itself has 400 (RFC 6749, 5.2). */
function grantFailure(answer: HttpAnswer, kind: string, now: Date): ProviderError {
  if (![400, 401, 403].includes(answer.status)) {
    return withReturn(errorOfStatus(PROVIDER, 'token', answer, now, ''), allowanceIn(answer.headers), now);
  }
  return refusal('token', 'auth', `${refusedWho[kind] ?? 'refused'} (${answer.status})`);
}
