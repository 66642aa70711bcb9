import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Arrival } from '../../simulator/host.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

export interface TokenOffice {
  /** The token endpoint: OAuth 2 client credentials, JSON or form-encoded. */
  answer(arrival: Arrival): Response;
  /** Whether an Authorization header names a token that is good now. */
  admits(authorization: string | null): boolean;
  /** Ends all tokens. */
  revokeAll(): void;
}

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Hands out tokens that look like Cognito's and expire by the clock. */
export function createTokenOffice(client: Client, switches: LavandaSwitches, clock: Clock): TokenOffice {
  const expiries = new Map<string, number>();
  let issued = 0;
  const issue = (): Response => {
    if (switches.revokeOldTokens) expiries.clear();
    issued += 1;
    const issuedAt = Math.floor(clock.now().getTime() / 1000);
    const expiresAt = issuedAt + switches.tokenLifetimeSeconds;
    const token = sign(claimsOf(client, issued, issuedAt, expiresAt), client.clientSecret);
    for (const [old, expiry] of expiries) if (expiry <= issuedAt) expiries.delete(old);
    expiries.set(token, expiresAt);
    return json(200, { access_token: token, expires_in: switches.tokenLifetimeSeconds, token_type: 'Bearer' });
  };
  return {
    answer(arrival) {
      const form = readForm(arrival);
      if (!form) return json(400, { error: 'invalid_request' });
      if (form['grant_type'] !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
      const known = form['client_id'] === client.clientId && form['client_secret'] === client.clientSecret;
      return known ? issue() : json(401, { error: 'invalid_client' });
    },
    admits(authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
      return (expiries.get(token) ?? 0) * 1000 > clock.now().getTime();
    },
    revokeAll: () => expiries.clear(),
  };
}

function readForm({ headers, text }: Arrival): Record<string, unknown> | null {
  const type = headers.get('content-type') ?? '';
  if (type.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  if (!type.includes('application/json')) return null;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : null;
  } catch {
    return null;
  }
}

// The claims of the docs' example (docs.lavanda.app, "Auth"); no workspace is among them.
function claimsOf(client: Client, count: number, issuedAt: number, expiresAt: number): object {
  return {
    sub: client.clientId,
    token_use: 'access',
    scope: 'platapi/lavanda',
    auth_time: issuedAt,
    iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Simulated',
    exp: expiresAt,
    iat: issuedAt,
    version: 2,
    jti: createHash('sha256').update(`${client.clientId}:${count}`).digest('hex').slice(0, 32),
    client_id: client.clientId,
  };
}

function sign(claims: object, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function json(status: number, body: object): Response {
  return Response.json(body, { status });
}
