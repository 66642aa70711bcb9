import type { Clock } from '../../lib/clock.ts';
import type { Arrival } from '../../simulator/host.ts';
import { hexOf, type InstalledAccount, type SimulatedApplication } from './simulator-application.ts';
import type { BookingsyncSwitches } from './simulator-switches.ts';

/** Why a token is refused: the vendor's own engine refreshes on the second phrase alone. */
export type TokenRefusal = 'The access token is invalid' | 'The access token expired' | 'The access token was revoked';

/** Who asks, as its token tells. */
export interface Grant {
  readonly kind: 'account' | 'client';
  readonly scopes: readonly string[];
}

/** What is handed out at once. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface TokenOffice {
  /** What an installed account was given at first. */
  readonly first: TokenPair;
  /** `POST /oauth/token`. */
  token(arrival: Arrival): Response;
  /** `GET /oauth/authorize`, as if the account's owner agreed at once. */
  authorize(arrival: Arrival): Response;
  /** What an Authorization header is worth now. */
  read(authorization: string | null): Grant | TokenRefusal;
  /** Every access token so far has run out; refresh tokens are good. */
  expireAll(): void;
  /** The account has uninstalled the application: everything handed out so far is dead. */
  revokeAll(): void;
}

interface AccessToken extends Grant {
  readonly expiresAt: number;
  readonly revoked: boolean;
}

interface RefreshToken {
  readonly scopes: readonly string[];
  /** The one that this took the place of. */
  readonly parent: string | null;
  readonly used: boolean;
}

interface Code {
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly expiresAt: number;
}

interface Desk {
  readonly application: SimulatedApplication;
  readonly account: InstalledAccount;
  readonly switches: BookingsyncSwitches;
  readonly clock: Clock;
  readonly access: Map<string, AccessToken>;
  readonly refresh: Map<string, RefreshToken>;
  readonly codes: Map<string, Code>;
  /** A word nobody has heard yet, 64 hexadecimal digits. */
  next(): string;
}

type Form = Readonly<Record<string, string>>;

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';
const CODE_MS = 600_000;

/** The token office of one account's installation. */
export function createTokenOffice(
  application: SimulatedApplication,
  account: InstalledAccount,
  switches: BookingsyncSwitches,
  clock: Clock,
): TokenOffice {
  let issued = 0;
  const desk: Desk = {
    ...{ application, account, switches, clock, access: new Map(), refresh: new Map(), codes: new Map() },
    next() {
      issued += 1;
      return hexOf(`token ${application.clientSecret} ${account.id} ${issued}`);
    },
  };
  return {
    first: issue(desk, switches.scopes, null),
    token: (arrival) => answerToken(desk, arrival),
    authorize: (arrival) => answerAuthorize(desk, arrival.url),
    read: (authorization) => readToken(desk, authorization),
    expireAll() {
      for (const [text, token] of desk.access) desk.access.set(text, { ...token, expiresAt: 0 });
    },
    revokeAll() {
      for (const [text, token] of desk.access) desk.access.set(text, { ...token, revoked: true });
      desk.refresh.clear();
      desk.codes.clear();
    },
  };
}

function readToken({ access, clock, switches }: Desk, authorization: string | null): Grant | TokenRefusal {
  const token = access.get(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
  if (!token) return 'The access token is invalid';
  if (token.revoked) return 'The access token was revoked';
  if (token.expiresAt <= clock.now().getTime()) return 'The access token expired';
  // What was granted may be narrowed by a switch at any time.
  const scopes = token.kind === 'client' ? token.scopes : switches.scopes;
  return { kind: token.kind, scopes };
}

function issue(desk: Desk, scopes: readonly string[], parent: string | null): TokenPair {
  const expiresAt = expiryOf(desk);
  const [accessToken, refreshToken] = [desk.next(), desk.next()];
  desk.access.set(accessToken, { kind: 'account', scopes, expiresAt, revoked: false });
  desk.refresh.set(refreshToken, { scopes, parent, used: false });
  return { accessToken, refreshToken };
}

function expiryOf({ clock, switches }: Desk): number {
  return clock.now().getTime() + switches.tokenLifetimeSeconds * 1000;
}

function answerToken(desk: Desk, arrival: Arrival): Response {
  const form = formOf(arrival);
  const { clientId, clientSecret } = desk.application;
  if (form['client_id'] !== clientId || form['client_secret'] !== clientSecret) return refuse('invalid_client');
  switch (form['grant_type']) {
    case 'client_credentials':
      return grantClient(desk);
    case 'authorization_code':
      return grantCode(desk, form);
    case 'refresh_token':
      return grantRefresh(desk, form);
    default:
      return refuse('unsupported_grant_type');
  }
}

/** Id and secret may also come by HTTP Basic. */
function formOf({ headers, text }: Arrival): Form {
  const form = Object.fromEntries(new URLSearchParams(text));
  const basic = /^Basic (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (basic === undefined) return form;
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
  return { ...form, client_id: id, client_secret: secret.join(':') };
}

function grantClient(desk: Desk): Response {
  const accessToken = desk.next();
  desk.access.set(accessToken, { kind: 'client', scopes: ['public'], expiresAt: expiryOf(desk), revoked: false });
  const { tokenLifetimeSeconds } = desk.switches;
  const created = Math.floor(desk.clock.now().getTime() / 1000);
  const told = { access_token: accessToken, token_type: 'bearer', expires_in: tokenLifetimeSeconds, scope: 'public' };
  return told200({ ...told, created_at: created });
}

function grantCode(desk: Desk, form: Form): Response {
  const text = form['code'] ?? '';
  const code = desk.codes.get(text);
  desk.codes.delete(text);
  const good = code && code.expiresAt > desk.clock.now().getTime() && code.redirectUri === form['redirect_uri'];
  if (!good) return refuse('invalid_grant');
  desk.application.install(desk.account.name);
  return tellPair(desk, issue(desk, code.scopes, null), code.scopes);
}

function grantRefresh(desk: Desk, form: Form): Response {
  const text = form['refresh_token'] ?? '';
  const token = desk.refresh.get(text);
  if (!token || (token.used && desk.switches.oldRefreshToken === 'never')) return refuse('invalid_grant');
  const uri = form['redirect_uri'];
  if (uri !== undefined && uri !== OUT_OF_BAND && uri !== desk.application.redirectUri) return refuse('invalid_grant');
  desk.refresh.set(text, { ...token, used: true });
  if (token.parent !== null) desk.refresh.delete(token.parent);
  return tellPair(desk, issue(desk, token.scopes, text), token.scopes);
}

function tellPair({ switches }: Desk, pair: TokenPair, scopes: readonly string[]): Response {
  return told200({
    access_token: pair.accessToken,
    token_type: 'bearer',
    expires_in: switches.tokenLifetimeSeconds,
    refresh_token: pair.refreshToken,
    scope: scopes.join(' '),
  });
}

function answerAuthorize(desk: Desk, url: URL): Response {
  const asked = (name: string): string => url.searchParams.get(name) ?? '';
  const redirectUri = asked('redirect_uri');
  if (asked('client_id') !== desk.application.clientId) return refuse('invalid_client');
  if (redirectUri !== OUT_OF_BAND && redirectUri !== desk.application.redirectUri)
    return refuse('invalid_redirect_uri');
  if (asked('response_type') !== 'code') return refuse('unsupported_response_type');
  const wanted = asked('scope').split(' ');
  const scopes = desk.switches.scopes.filter((scope) => scope === 'public' || wanted.includes(scope));
  const code = desk.next();
  desk.codes.set(code, { scopes, redirectUri, expiresAt: desk.clock.now().getTime() + CODE_MS });
  if (redirectUri === OUT_OF_BAND) {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    return new Response(`<html><body><code id="authorization_code">${code}</code></body></html>`, { headers });
  }
  const back = new URL(redirectUri);
  back.searchParams.set('code', code);
  if (url.searchParams.has('state')) back.searchParams.set('state', asked('state'));
  return new Response(null, { status: 302, headers: { location: back.href } });
}

function told200(body: object): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store', pragma: 'no-cache' } });
}

function refuse(error: string): Response {
  const body = { error, error_description: 'The provided authorization grant or client is not valid' };
  return Response.json(body, { status: 401, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } });
}
