import { ProviderError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { createHttp, errorOfStatus, type HttpAnswer } from '../../lib/http.ts';
import { redactText } from '../../lib/redaction.ts';
import type { Call, Deps } from '../contract.ts';
import type { LavandaCredentials } from './credentials.ts';
import type { GraphqlDocument } from './documents.ts';
import { type Answer, type Clear, PROVIDER, textsOf } from './failures.ts';
import { isObject, readErrors, wireToken } from './wire.ts';

/** A bearer token, and until when it is used: a little less than it lives. */
export interface Token {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Talks to Lavanda: one call is one request. */
export interface Client {
  /** Asks for a new token. A refusal is an `auth` error. */
  requestToken(call: Call): Promise<Token>;
  /** Sends a document. Resolves with refusals of token and document too: whoever asked judges them. Throws ProviderError. */
  post(token: string, operation: string, document: GraphqlDocument, call: Call): Promise<Answer>;
  /** Takes what must not be shown out of the words of an answer to this document. */
  clearerOf(document: GraphqlDocument, token: string): Clear;
}

// A name of the caller, documented by its heading only ("Client Name Header").
const clientName = { 'x-api-client-name': 'parley' };
// The documents' example lives 3600 s; where nothing is said, less is safer.
const UNSAID_LIFE_S = 600;
const LONGEST_MARGIN_S = 60;
// Introspection of a whole graph is large.
const MAX_BYTES = 32_000_000;

/** Puts a client together; nothing is asked yet. */
export function createClient(credentials: LavandaCredentials, deps: Deps): Client {
  const { clientId, clientSecret, baseUrl } = credentials;
  const now = () => deps.now();
  const http = createHttp({ provider: PROVIDER, fetch: deps.fetch, now });

  const send = (operation: string, url: string, headers: Record<string, string>, body: Json, call: Call) =>
    http.request(operation, `${baseUrl}/v1${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...clientName, ...headers },
      body: JSON.stringify(body),
      signal: call.signal,
      maxBytes: MAX_BYTES,
    });

  return {
    async requestToken(call) {
      const askedAt = now();
      const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
      const answer = await send('token', '/oauth2/token', {}, grant, call);
      if (answer.status !== 200) throw tokenFailure(answer, now());
      const { data } = wireToken.safeParse(answer.json());
      if (!data) throw protocolError('token', 'the answer holds no access token');
      const life = data.expires_in ?? UNSAID_LIFE_S;
      const used = life - Math.min(LONGEST_MARGIN_S, life / 10);
      return { token: data.access_token, expiresAt: new Date(askedAt.getTime() + used * 1000) };
    },

    async post(token, operation, document, call) {
      const answer = await send(operation, '', { authorization: `Bearer ${token}` }, { ...document }, call);
      if (answer.status === 401) return { status: 401, data: null, errors: [] };
      const body = bodyOf(answer);
      const errors = readErrors(body?.errors);
      // Whether GraphQL errors come with 200 or 400 is not documented.
      if (isRefusalStatus(answer.status) && errors.length > 0) return { status: 400, data: null, errors };
      if (answer.status !== 200) throw errorOfStatus(PROVIDER, operation, answer, now(), '');
      const data = isObject(body?.data) ? body.data : null;
      if (data === null && errors.length === 0) throw protocolError(operation, 'neither data nor errors in the answer');
      return { status: 200, data, errors };
    },

    clearerOf: (document, token) => (words) => redactText(words, [clientSecret, token, ...textsOf(document)]),
  };
}

function bodyOf(answer: HttpAnswer) {
  if (answer.status !== 200 && !isRefusalStatus(answer.status)) return null;
  try {
    const body = answer.json();
    return isObject(body) ? body : null;
  } catch (error) {
    if (answer.status === 200) throw error;
    return null;
  }
}

function isRefusalStatus(status: number): boolean {
  return status === 400 || status === 422;
}

/** OAuth refuses a client with 400 or 401 (RFC 6749, 5.2); what Lavanda does is not documented. */
function tokenFailure(answer: HttpAnswer, now: Date): ProviderError {
  const error = errorOfStatus(PROVIDER, 'token', answer, now, '');
  if (![400, 401, 403].includes(answer.status)) return error;
  const message = `the client was refused (${answer.status})`;
  return new ProviderError({ provider: PROVIDER, operation: 'token', kind: 'auth', message, noEffect: true });
}

function protocolError(operation: string, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message });
}
