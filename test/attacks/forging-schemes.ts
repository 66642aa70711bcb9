import { createHmac } from 'node:crypto';
import { signToken } from '../../src/providers/bookingcom-connectivity/push-token.ts';
import type { SignedDelivery } from '../../src/simulator/contract.ts';
import type { Spoils } from './forging.ts';

/*
 * What only those can make who know how a provider signs, and what with: deliveries that look right, and must be refused.
 */

/** Svix's scheme: signed well, and of a time that is none or that is over, or of another version. */
export function forgedForSvix({ headers, body }: SignedDelivery, secret: string): Spoils['own'] {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const id = headers['svix-id'] ?? '';
  const now = Number(headers['svix-timestamp']);
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64');
  const at = (timestamp: string) => ({
    'svix-timestamp': timestamp,
    'svix-signature': `v1,${sign(`${id}.${timestamp}.${body}`)}`,
  });
  const right = sign(`${id}.${now}.${body}`);
  const away = [301, 302, 3_600, 86_400, 10_000_000];
  const odd = [
    `${now * 1000}`,
    `-${now}`,
    `${now}.5`,
    '1e9',
    'NaN',
    `+${now}`,
    `0x${now.toString(16)}`,
    '9'.repeat(21),
  ];
  return [
    ['signed well, of another time', (chance) => at(String(now + chance.pick(away) * chance.pick([1, -1])))],
    ['signed well, of a time that is none', (chance) => at(chance.pick(odd))],
    [
      'signed well, of another version',
      (chance) => ({ 'svix-signature': `${chance.pick(['v0', 'v1a', 'v2', 'V1', ''])},${right}` }),
    ],
    ['its parts joined otherwise', () => ({ 'svix-id': `${id}.${now}`, 'svix-timestamp': '' })],
  ];
}

/** BookingSync's scheme: what is signed, or how, is not what it should be. */
export function forgedForBookingsync({ body }: SignedDelivery, secret: string): Spoils['own'] {
  const base64 = Buffer.from(body).toString('base64');
  const sign = (how: string, text: string): string => createHmac(how, secret).update(text).digest('hex');
  const right = sign('sha1', base64);
  const others = [sign('sha1', body), sign('sha1', Buffer.from(base64).toString('hex')), sign('sha256', base64)];
  const inBase64 = Buffer.from(right, 'hex').toString('base64');
  const spelled = [right.toUpperCase(), `sha1=${right}`, `${right},${right}`, inBase64];
  return [
    ['signed well, in another way', (chance) => ({ 'x-content-signature': chance.pick(others) })],
    ['signed well, written otherwise', (chance) => ({ 'x-content-signature': chance.pick(spelled) })],
  ];
}

/** A client of ours at the notification service. */
export interface PushClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Connectivity's tokens, made from one that is good: with other claims, other keys, and none. */
export function forgedForConnectivity(token: string, client: PushClient): Spoils['own'] {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly iat: number };
  const hmac = (how: string, text: string): string =>
    createHmac(how, client.clientSecret).update(text).digest('base64url');
  const longer = encode({ ...told, exp: 9_999_999_999 });
  const none = encode({ alg: 'none', typ: 'JWT' });
  const stranger = { ...client, clientSecret: 'a secret of somebody else' };
  const tokens = [
    signToken(stranger, new Date(told.iat * 1000)),
    `${header}.${longer}.${signature}`,
    `${header}.${longer}.${hmac('sha512', claims)}`,
    `${header}.${claims}.`,
    `${header}.${claims}.${signature}.`,
    `${header}.${claims}.${hmac('sha256', `${header}.${claims}`)}`,
    `${none}.${claims}.`,
    `${none}.${claims}.${signature}`,
    `${encode({ alg: 'HS512', typ: 'JWT' })}.${claims}.${signature}`,
  ];
  const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
  const bare = [`Basic ${basic}`, `Bearer ${client.clientSecret}`, `Bearer ${basic}`];
  return [
    ['a token with other claims or keys', (chance) => ({ authorization: `Bearer ${chance.pick(tokens)}` })],
    ['its own secret for a token', (chance) => ({ authorization: chance.pick(bare) })],
  ];
}
