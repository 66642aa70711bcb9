import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Arrival } from '../../simulator/host.ts';
import { readJson } from './simulator-body.ts';
import { accessDenied, type Reply, refuse, wrap } from './simulator-envelope.ts';

export interface TokenOffice {
  /** The exchange of a client id and secret for a token ("Token-based authentication"). */
  answer(arrival: Arrival, ruid: string): Response;
  /** Whether an Authorization header names a token that is good now. */
  admits(authorization: string | null): boolean;
  /** Ends all tokens. */
  revokeAll(): void;
}

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

const HOUR_MS = 3_600_000;
const TOKENS_AN_HOUR = 30;

/** Hands out tokens that are good for an hour, at most 30 in any hour. */
export function createTokenOffice(client: Client, clock: Clock): TokenOffice {
  const good = new Map<string, number>();
  let issued: number[] = [];
  let count = 0;
  const issue = (ruid: string): Response => {
    const now = clock.now().getTime();
    issued = issued.filter((at) => at > now - HOUR_MS);
    if (issued.length >= TOKENS_AN_HOUR) return wrap(refuse(429, 'To many requests'), ruid);
    issued.push(now);
    count += 1;
    const issuedAt = Math.floor(now / 1000);
    const token = tokenOf(client, count, issuedAt);
    good.set(token, (issuedAt + 3600) * 1000);
    return Response.json({ jwt: token, ruid });
  };
  return {
    answer(arrival, ruid) {
      const form = readJson(arrival);
      if (!form) return wrap(refuse(400, 'The body is no JSON object'), ruid);
      const known = form['client_id'] === client.clientId && form['client_secret'] === client.clientSecret;
      return known ? issue(ruid) : wrap(accessDenied satisfies Reply, ruid);
    },
    admits(authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
      return (good.get(token) ?? 0) > clock.now().getTime();
    },
    revokeAll: () => good.clear(),
  };
}

/** Shaped like the real ones; nobody outside can check the signature of those either. */
function tokenOf(client: Client, count: number, issuedAt: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const claims = {
    sub: 'connectivity-auth-proxy',
    aud: 'connectivity',
    iss: 'urn://connectivity-modern-auth/v1',
    exp: issuedAt + 3600,
    iat: issuedAt,
    jti: digest(`${client.clientId}:${count}`).slice(0, 32),
    client_id: client.clientId,
    machine_account_id: Number.parseInt(digest(client.clientId).slice(0, 7), 16),
    provider_id: 4321,
    test: 'false',
  };
  const signed = `${part({ kid: '1', typ: 'JWT', alg: 'RS256' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(digest(signed).repeat(4)).toString('base64url')}`;
}
