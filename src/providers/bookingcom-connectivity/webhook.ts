import type { Json, JsonObject } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { WebhookDelivery, WebhookVerdict } from '../webhook-contract.ts';
import type { ConnectivityCredentials } from './credentials.ts';
import { newsEvents, staleEvent } from './news.ts';
import { isGoodToken } from './push-token.ts';
import { unreadable } from './subjects.ts';
import { isObject, name, readAs, wireNews, wireNotification } from './wire.ts';

/** What stands where a message was that is judged to be phishing (version 1.3). */
const REDACTED = 'This message was deleted';

/**
 * Judges a notification by the token that it shows: one of ours, good now. The body is not signed, TLS alone keeps it whole. Accounts that
 * gave the service this client are concerned; of several, those to which the property belongs.
 */
export function judgeNotification(
  { headers, body, receivedAt }: WebhookDelivery,
  accounts: readonly ConnectivityCredentials[],
): WebhookVerdict {
  const token = /^bearer ([\w.-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return { valid: false, reason: 'no bearer token' };
  const fitting = [...accounts.entries()].filter(
    ([, { webhook }]) => webhook && isGoodToken(token, webhook, receivedAt),
  );
  if (fitting.length === 0) return { valid: false, reason: 'the token is none of ours, or over' };
  const read = readAs(wireNotification, parse(body));
  if (!read) return { valid: false, reason: 'the body is no notification' };
  const { metadata, payload } = read;
  const events = payload ? eventsOf(metadata?.type ?? null, payload) : [];
  const property = payload ? propertyIn(payload) : null;
  const owners = fitting.filter(([, { propertyIds }]) => property !== null && propertyIds.includes(property));
  const concerned = owners.length > 0 ? owners : fitting;
  return {
    valid: true,
    deliveryId: metadata?.uuid ?? null,
    accounts: concerned.map(([index]) => ({ index, events })),
  };
}

/** What a notification says in full; of another type than we know it is a hint. */
function eventsOf(type: string | null, payload: JsonObject): readonly ProviderEvent[] {
  if (type === 'MESSAGING_API_NEW_MESSAGE') return newsEvents([payload], {});
  return type === 'ACCSEC_PARTNER_PHISHING' ? redactionEvents(payload) : [];
}

/**
 * A message that was told before has been taken back as phishing. The payload is not documented: where it names message and conversation
 * the text is replaced here at once, and the thread is read again. Otherwise it is kept, and the next walk finds what changed.
 */
function redactionEvents(payload: JsonObject): readonly ProviderEvent[] {
  const conversation = conversationIn(payload);
  if (conversation === null) return [unreadable('a redaction that names no conversation', payload)];
  const message: JsonObject = { ...payload, content: REDACTED, attachment_ids: [], conversation };
  const told = readAs(wireNews, message) ? newsEvents([message], {}).filter(({ type }) => type === 'message') : [];
  return [...told, staleEvent(String(conversation.conversation_id))];
}

function conversationIn(payload: JsonObject): JsonObject | null {
  const nested = isObject(payload.conversation) ? payload.conversation : {};
  const id = name.parse(nested.conversation_id) ?? name.parse(payload.conversation_id);
  return id === null ? null : { property_id: payload.property_id ?? null, ...nested, conversation_id: id };
}

function propertyIn(payload: JsonObject): string | null {
  const nested = isObject(payload.conversation) ? payload.conversation.property_id : null;
  return name.parse(nested) ?? name.parse(payload.property_id);
}

function parse(body: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
}
