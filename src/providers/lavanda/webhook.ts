import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookDelivery, WebhookVerdict } from '../webhook-contract.ts';
import type { LavandaCredentials } from './credentials.ts';

/** How far a delivery's time may be from now, either way (as Svix's own libraries have it). */
const WINDOW_MS = 5 * 60_000;

// Svix's paying senders may rename the prefix (docs.svix.com, "Verifying payloads: how, manually").
const prefixes = ['svix-', 'webhook-'] as const;

/**
 * Judges a delivery signed by Svix's scheme, v1: HMAC-SHA-256 over `id.timestamp.body`. All accounts whose secret fits are concerned.
 * No messaging event is documented, so a delivery is only ever a hint, and its body is not read.
 */
export function judgeWebhook(delivery: WebhookDelivery, accounts: readonly LavandaCredentials[]): WebhookVerdict {
  const signed = signedHeaders(delivery.headers);
  if (!signed) return { valid: false, reason: 'a signature header is missing, or the id is none' };
  const { id, timestamp, signatures } = signed;
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : Number.NaN;
  const distance = Math.abs(delivery.receivedAt.getTime() - sentAt);
  if (!(distance <= WINDOW_MS)) return { valid: false, reason: 'the timestamp is too far from now' };

  const concerned = accounts.flatMap(({ webhookSecret }, index) => {
    if (webhookSecret === undefined) return [];
    const expected = createHmac('sha256', keyOf(webhookSecret))
      .update(`${id}.${timestamp}.`)
      .update(delivery.body)
      .digest('base64');
    return signatures.some((signature) => isEqual(signature, expected)) ? [{ index, events: [] }] : [];
  });
  if (concerned.length === 0) return { valid: false, reason: 'no signature fits' };
  return { valid: true, deliveryId: id, accounts: concerned };
}

function signedHeaders(headers: WebhookDelivery['headers']) {
  for (const prefix of prefixes) {
    const id = headers[`${prefix}id`];
    const timestamp = headers[`${prefix}timestamp`];
    const list = headers[`${prefix}signature`];
    // Where an id held the dot that stands between the signed parts, one signed text would be two deliveries.
    if (id?.includes('.')) return null;
    if (id && timestamp && list) return { id, timestamp, signatures: signaturesOf(list) };
  }
  return null;
}

/**
 * `v1,<base64>` separated by spaces: several while a secret is being rotated. Other versions are passed over. Left as text: decoding
 * would pass over what is no base64, and so take other signatures for the same.
 */
function signaturesOf(list: string): readonly string[] {
  return list.split(' ').flatMap((entry) => {
    const [version, signature, ...more] = entry.split(',');
    return version === 'v1' && signature && more.length === 0 ? [signature] : [];
  });
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
