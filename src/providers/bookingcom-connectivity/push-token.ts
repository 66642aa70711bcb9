import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookClient } from './credentials.ts';
import { PROVIDER } from './failures.ts';
import { isObject, readAs, wireClaims } from './wire.ts';

/*
 * Tokens of ours for the notification service. Booking.com is the client here and we are the authorization server: it takes a token with
 * the credentials that it was given for us, and shows it with every notification. Signed with a key made from the secret, so any process
 * can judge what another one gave out, and a new secret ends them all.
 */

/** How long a token is good, in seconds. */
export const TOKEN_LIFE_S = 3600;
// How far the clock of the process that signed it may be ahead.
const SKEW_S = 60;

const header = encode({ alg: 'HS256', typ: 'JWT' });

/** A token that this client may show from now on. */
export function signToken({ clientId, clientSecret }: WebhookClient, now: Date): string {
  const iat = secondsOf(now);
  const signed = `${header}.${encode({ sub: clientId, aud: PROVIDER, iat, exp: iat + TOKEN_LIFE_S })}`;
  return `${signed}.${signatureOf(signed, clientSecret)}`;
}

/** Whether a token is one that this client was given, and good now. */
export function isGoodToken(token: string, { clientId, clientSecret }: WebhookClient, now: Date): boolean {
  const cut = token.lastIndexOf('.');
  const [signed, signature] = [token.slice(0, Math.max(0, cut)), token.slice(cut + 1)];
  if (!signed.startsWith(`${header}.`)) return false;
  if (!isEqual(signature, signatureOf(signed, clientSecret))) return false;
  const claims = claimsIn(signed);
  // Two clients may have been given the same secret.
  if (!isObject(claims) || claims.sub !== clientId || claims.aud !== PROVIDER) return false;
  const { iat = null, exp = null } = readAs(wireClaims, claims) ?? {};
  const at = secondsOf(now);
  return iat !== null && exp !== null && at < exp && at >= iat - SKEW_S;
}

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function signatureOf(signed: string, clientSecret: string): string {
  const key = createHmac('sha256', clientSecret).update(`${PROVIDER} notification token`).digest();
  return createHmac('sha256', key).update(signed).digest('base64url');
}

function claimsIn(signed: string): unknown {
  try {
    return JSON.parse(Buffer.from(signed.slice(header.length + 1), 'base64url').toString());
  } catch {
    return null;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function secondsOf(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
