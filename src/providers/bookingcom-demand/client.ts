import type { JsonObject } from '../../domain/json.ts';
import { createHttp, errorOfStatus, type HttpAnswer } from '../../lib/http.ts';
import { redactText } from '../../lib/redaction.ts';
import type { Call, Deps } from '../contract.ts';
import type { DemandCredentials } from './credentials.ts';
import { PROVIDER, protocolError } from './failures.ts';
import { type Envelope, isObject, readEnvelope } from './wire.ts';

/** The endpoints, all of them POST (Demand API, "Messages", "Conversations" and "Attachments"). */
export type Endpoint =
  | 'latest'
  | 'latest/confirm'
  | 'conversations'
  | 'send'
  | 'attachments/upload'
  | 'attachments/download'
  | 'attachments/metadata';

/** Talks to Booking.com: one call is one request. Throws ProviderError. */
export interface Client {
  /** Resolves once the request was taken; what is answered does not matter. A null body is an empty request. */
  tell(endpoint: Endpoint, body: JsonObject | null, call: Call): Promise<void>;
  /** Resolves with the answer's `data`; null where it says that there is none. */
  ask(endpoint: Endpoint, body: JsonObject | null, call: Call): Promise<JsonObject | null>;
}

/** Puts a client together; nothing is asked yet. */
export function createClient({ token, affiliateId, baseUrl }: DemandCredentials, deps: Deps): Client {
  const http = createHttp({ provider: PROVIDER, fetch: deps.fetch, now: () => deps.now() });

  const post = async (endpoint: Endpoint, body: JsonObject | null, call: Call): Promise<HttpAnswer> => {
    const answer = await http.request(endpoint, `${baseUrl}/messages/${endpoint}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-affiliate-id': affiliateId,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: call.signal,
    });
    const said = readEnvelope(answer.text);
    deps.note?.({ operation: endpoint, status: answer.status, requestId: said.requestId });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const words = redactText(wordsOf(said, answer.status, endpoint), [token, ...textsOf(body)]);
    throw errorOfStatus(PROVIDER, endpoint, answer, deps.now(), words);
  };

  return {
    async tell(endpoint, body, call) {
      await post(endpoint, body, call);
    },
    async ask(endpoint, body, call) {
      const answer = (await post(endpoint, body, call)).json();
      if (!isObject(answer) || !('data' in answer)) throw protocolError(endpoint, 'there is no data in the answer');
      return isObject(answer.data) ? answer.data : null;
    },
  };
}

// "Messaging troubleshooting": what an account meets that may not use messaging yet.
const NOT_ONBOARDED = 'the account may not be onboarded for messaging';

/** What the provider says to a request that it refused, with its id of the request: that is what its support asks for. */
function wordsOf({ errors, requestId }: Envelope, status: number, endpoint: Endpoint): string {
  const hint = status === 500 && endpoint.startsWith('latest') ? [NOT_ONBOARDED] : [];
  const request = requestId === null ? [] : [`request ${requestId}`];
  return [...errors.slice(0, 3), ...hint, ...request].join('; ');
}

const written = ['content', 'file_name', 'file_content'];

/** What people wrote, which a refusal may quote: as it is, and as JSON has it. */
function textsOf(body: JsonObject | null): readonly string[] {
  return written.flatMap((field) => {
    const text = body?.[field];
    if (typeof text !== 'string') return [];
    return [text.toWellFormed(), JSON.stringify(text).slice(1, -1)];
  });
}
