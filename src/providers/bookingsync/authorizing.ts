import { createHttp, type Http } from '../../lib/http.ts';
import { nonsense, PROVIDER, refusal } from './failures.ts';
import { wireToken } from './wire.ts';

/** An application that an account's owner is about to let in (API v3, "Authentication"). */
export interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly baseUrl: string;
}

/** What connectAccount is given afterwards. */
export interface GrantedCredentials extends Application {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** All that is read and written here, and what tells guests, channels and rentals by their names. */
export const scopes = 'inbox_read inbox_write bookings_read clients_read applications_read rentals_read';

/** Where the account's owner says yes. `state` comes back with the answer, so that it is known for one's own. */
export function authorizeUrl({ clientId, redirectUri, baseUrl }: Application, state: string): string {
  const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: scopes, state };
  return `${baseUrl}/oauth/authorize?${new URLSearchParams(query)}`;
}

/** The code in what a person pasted: the code itself, or the whole address that the browser was sent to. Null where that is not ours. */
export function codeIn(pasted: string, state: string): string | null {
  const text = pasted.trim();
  if (!text.includes('://')) return text === '' ? null : text;
  const query = URL.canParse(text) ? new URL(text).searchParams : new URLSearchParams();
  return query.get('state') === state ? query.get('code') : null;
}

/** Exchanges the code, which is good for one use, for the first tokens. Throws ProviderError; `auth` where the code or the application was refused. */
export async function exchangeCode(
  application: Application,
  code: string,
  parts: { readonly fetch: Parameters<typeof createHttp>[0]['fetch']; now(): Date },
): Promise<GrantedCredentials> {
  const http: Http = createHttp({ provider: PROVIDER, ...parts });
  const { clientId, clientSecret, redirectUri, baseUrl } = application;
  const form = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, code };
  const answer = await http.request('authorize', `${baseUrl}/oauth/token`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, grant_type: 'authorization_code' }).toString(),
  });
  if (answer.status !== 200)
    throw refusal('authorize', 'auth', `the code or the application was refused (${answer.status})`);
  const { data } = wireToken.safeParse(answer.json());
  if (!data?.refresh_token) throw nonsense('authorize', 'the answer holds no refresh token');
  return { ...application, accessToken: data.access_token, refreshToken: data.refresh_token };
}
