import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookDelivery, WebhookVerdict } from '../webhook-contract.ts';
import type { BookingsyncCredentials } from './credentials.ts';
import { idOf, isObject } from './wire.ts';

// Ruby's `encode64` breaks lines after 60 characters, and at the end ("Webhooks").
const LINE = /.{1,60}/g;

/**
 * Judges a delivery signed with an application's client secret: HMAC-SHA-1 over the body in base64. All accounts behind that
 * application have the same secret, so the body's `account_id` says which of them is meant. A delivery tells that there is news and no
 * more: neither order nor arrival is promised, and what it carries may be old ("API best practices").
 */
export function judgeWebhook(
  { headers, body }: WebhookDelivery,
  accounts: readonly BookingsyncCredentials[],
): WebhookVerdict {
  const signature = headers['x-content-signature'] ?? '';
  if (!/^[0-9a-f]{40}$/.test(signature)) return { valid: false, reason: 'there is no signature' };
  const given = Buffer.from(signature, 'hex');
  const secrets = new Set(accounts.map(({ clientSecret }) => clientSecret));
  const fitting = new Set(
    [...secrets].filter((secret) => signaturesOf(secret, body).some((one) => timingSafeEqual(one, given))),
  );
  if (fitting.size === 0) return { valid: false, reason: 'the signature fits no account' };
  const identity = accountIn(body);
  if (identity === null) return { valid: false, reason: 'it names no account' };
  return {
    valid: true,
    deliveryId: null,
    accounts: accounts.flatMap(({ clientSecret }, index) =>
      fitting.has(clientSecret) ? [{ index, events: [], identity }] : [],
    ),
  };
}

/** Both forms that the vendor's own receiver takes: base64 in lines, and base64 without. */
function signaturesOf(secret: string, body: Uint8Array): readonly Buffer[] {
  const base64 = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  const lines = base64.replace(LINE, '$&\n');
  return [lines, base64].map((text) => createHmac('sha1', secret).update(text).digest());
}

function accountIn(body: Uint8Array): string | null {
  try {
    const told: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(told) ? idOf(told.account_id) : null;
  } catch {
    return null;
  }
}
