import type { Arrival, Handling, Service } from '../../simulator/host.ts';
import type { Budget, InstalledAccount, SimulatedApplication } from './simulator-application.ts';
import { download } from './simulator-files.ts';
import type { Ledger } from './simulator-ledger.ts';
import { type Asked, fail, notFound, type Office, type Reply } from './simulator-replies.ts';
import { type Route, routesAt } from './simulator-routes.ts';
import type { TokenOffice, TokenRefusal } from './simulator-tokens.ts';

/** What the whole host is made of. */
export interface Gateway {
  readonly ledger: Ledger;
  readonly application: SimulatedApplication;
  readonly account: InstalledAccount;
  readonly tokens: TokenOffice;
  readonly office: Office;
}

const api = '/api/v3/';

/** The whole host behind one door: tokens, files, and the API with its limits. */
export function createGateway(gateway: Gateway): Service {
  return {
    name: operationOf,
    answer(arrival, handling) {
      const id = gateway.application.nextRequestId();
      handling.nameRequest(id);
      gateway.office.notices.look();
      const response = answer(gateway, arrival, handling);
      response.headers.set('x-request-id', id);
      return response;
    },
  };
}

function operationOf({ method, url }: Arrival): string {
  const path = url.pathname;
  if (path === '/oauth/token') return 'token';
  if (path === '/oauth/authorize') return 'authorize';
  if (path.startsWith('/uploads/')) return 'download';
  if (!path.startsWith(api)) return 'unknown';
  return routesAt(path.slice(api.length)).find(({ route }) => route.method === method)?.route.operation ?? 'unknown';
}

function answer(gateway: Gateway, arrival: Arrival, handling: Handling): Response {
  const { method, url } = arrival;
  const path = url.pathname;
  if (path === '/oauth/token' && method === 'POST') return gateway.tokens.token(arrival);
  if (path === '/oauth/authorize' && method === 'GET') return gateway.tokens.authorize(arrival);
  if (path.startsWith('/uploads/') && method === 'GET') return answerFile(gateway, arrival);
  const found = path.startsWith(api) ? routesAt(path.slice(api.length)) : [];
  if (found.length === 0) return respond(gateway, notFound);
  const hit = found.find(({ route }) => route.method === method);
  if (!hit) {
    const allow = found.map(({ route }) => route.method).join(', ');
    return respond(gateway, { ...fail(405, 'method_not_allowed'), headers: { allow } });
  }
  return answerRoute(gateway, arrival, handling, hit.route, hit.id);
}

/** Who asks, then how often, then what they may: in the order in which the API looks. */
function answerRoute(gateway: Gateway, arrival: Arrival, handling: Handling, route: Route, id: string): Response {
  const grant = gateway.tokens.read(arrival.headers.get('authorization'));
  if (typeof grant === 'string') return refuseToken(grant);
  const { application, ledger } = gateway;
  const budget = application.take(ledger.switches.rateLimit ?? application.limit);
  if (!budget.admitted) {
    return respond(gateway, fail(429, 'rate_limit_exceeded', { title: 'API v3 rate limit exceeded.' }), budget);
  }
  const mine = grant.kind === 'account' || route.anyToken;
  if (!mine || !route.scopes.some((scope) => grant.scopes.includes(scope))) {
    return respond(gateway, fail(403, 'forbidden'), budget);
  }
  const asked: Asked = {
    ...{ ledger, application, account: gateway.account, grant, handling, office: gateway.office },
    base: `${arrival.url.origin}/api/v3`,
    path: arrival.url.pathname.slice(api.length),
    query: arrival.url.searchParams,
    text: arrival.text,
  };
  return respond(gateway, route.answer(asked, id), budget);
}

function respond({ ledger }: Gateway, reply: Reply, budget?: Budget): Response {
  const headers = new Headers({
    'content-type': 'application/vnd.api+json; charset=utf-8',
    ...(budget ? budgetHeaders(budget) : {}),
    ...reply.headers,
  });
  if (reply.status !== 404 || ledger.switches.notFound === 'json') {
    return new Response(JSON.stringify(reply.body), { status: reply.status, headers });
  }
  headers.set('content-type', 'text/html; charset=utf-8');
  const page = '<!DOCTYPE html><html><body><h1>The page you were looking for doesn’t exist.</h1></body></html>';
  return new Response(page, { status: 404, headers });
}

function budgetHeaders({ limit, remaining, reset }: Budget): Record<string, string> {
  return {
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${remaining}`,
    'x-ratelimit-reset': `${reset}`,
  };
}

/** As it was recorded, but for the body of later years. */
function refuseToken(reason: TokenRefusal): Response {
  const headers = {
    'content-type': 'application/json',
    ...{ 'cache-control': 'no-store', pragma: 'no-cache' },
    'www-authenticate': `Bearer realm="Doorkeeper", error="invalid_token", error_description="${reason}"`,
  };
  return new Response(JSON.stringify({ errors: [{ code: 'unauthorized' }] }), { status: 401, headers });
}

function answerFile(gateway: Gateway, { url, headers }: Arrival): Response {
  const { ledger, tokens } = gateway;
  if (ledger.switches.attachmentAuth === 'bearer') {
    const grant = tokens.read(headers.get('authorization'));
    if (typeof grant === 'string') return refuseToken(grant);
  }
  const file = download(ledger, url.pathname);
  if (!file) return respond(gateway, notFound);
  return new Response(new Uint8Array(file.bytes), { headers: { 'content-type': file.contentType } });
}
