import type { SimulatorFetch } from '../../simulator/host.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';

/** What the partner registered in the portal: whom the notification service is at their token endpoint. */
export interface WebhookClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A token from the partner's own endpoint, and for how many seconds it is good. */
export interface PartnerToken {
  readonly token: string;
  readonly seconds: number;
}

/** Client credentials, in one of the ways that OAuth 2 knows. Rejects where no token is given. */
export async function fetchToken(
  style: ConnectivitySwitches['tokenRequest'],
  client: WebhookClient,
  url: string,
  fetch: SimulatorFetch,
): Promise<PartnerToken> {
  const answer = await fetch(url, { method: 'POST', ...requestOf(style, client) });
  const body: unknown = answer.ok ? await answer.json() : null;
  if (typeof body !== 'object' || body === null || !('access_token' in body) || typeof body.access_token !== 'string') {
    throw new Error(`[simulator] no token from ${url}: ${answer.status}`);
  }
  const seconds = 'expires_in' in body && typeof body.expires_in === 'number' ? body.expires_in : 300;
  return { token: body.access_token, seconds };
}

function requestOf(style: ConnectivitySwitches['tokenRequest'], client: WebhookClient): RequestInit {
  const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
  if (style === 'json') return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) };
  if (style === 'form') return { body: new URLSearchParams(form) };
  const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  return { headers: { authorization }, body: new URLSearchParams({ grant_type: form.grant_type }) };
}
