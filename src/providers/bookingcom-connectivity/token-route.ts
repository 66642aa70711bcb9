import type { ProviderRoute, RouteAnswer, WebhookDelivery } from '../webhook-contract.ts';
import type { ConnectivityCredentials, WebhookClient } from './credentials.ts';
import { isEqual, signToken, TOKEN_LIFE_S } from './push-token.ts';
import { isObject, name } from './wire.ts';

/** What the notification service asks for, as far as it says. */
interface Grant {
  readonly type: string | null;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Our token endpoint: OAuth 2 client credentials (RFC 6749, 4.4). How the notification service shows its credentials is not documented, so
 * all three usual ways will do: HTTP Basic, a form, or JSON.
 */
export const tokenRoute: ProviderRoute<ConnectivityCredentials> = {
  method: 'POST',
  path: 'token',
  handle(request, accounts) {
    const grant = grantIn(request);
    if (!grant) return refuse(400, 'invalid_request');
    if (grant.type !== null && grant.type !== 'client_credentials') return refuse(400, 'unsupported_grant_type');
    const client = clientOf(grant, accounts);
    if (!client) return refuse(401, 'invalid_client');
    const token = {
      access_token: signToken(client, request.receivedAt),
      token_type: 'Bearer',
      expires_in: TOKEN_LIFE_S,
    };
    return answer(200, token);
  },
};

/** Every account is compared, so the time tells nothing of which one fits. */
function clientOf(
  { clientId, clientSecret }: Grant,
  accounts: readonly ConnectivityCredentials[],
): WebhookClient | null {
  const fitting = accounts.flatMap(({ webhook }) => {
    if (!webhook) return [];
    const same = [isEqual(clientId, webhook.clientId), isEqual(clientSecret, webhook.clientSecret)];
    return same.every(Boolean) ? [webhook] : [];
  });
  return fitting[0] ?? null;
}

function grantIn({ headers, body }: WebhookDelivery): Grant | null {
  const text = new TextDecoder().decode(body);
  const fields = headers['content-type']?.includes('json')
    ? jsonFields(text)
    : Object.fromEntries(new URLSearchParams(text));
  if (!fields) return null;
  const type = name.parse(fields.grant_type);
  const basic = basicIn(headers.authorization ?? '');
  if (basic) return { type, ...basic };
  const [clientId, clientSecret] = [name.parse(fields.client_id), name.parse(fields.client_secret)];
  return clientId === null || clientSecret === null ? null : { type, clientId, clientSecret };
}

function basicIn(authorization: string): Omit<Grant, 'type'> | null {
  const encoded = /^basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const [, clientId, clientSecret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return clientId === undefined || clientSecret === undefined ? null : { clientId, clientSecret };
}

function jsonFields(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) ? read : null;
  } catch {
    return null;
  }
}

function refuse(status: number, error: string): RouteAnswer {
  return answer(status, { error });
}

function answer(status: number, body: object): RouteAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
