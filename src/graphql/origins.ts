import { clientError } from './errors.ts';

/** Which browser pages may call. */
export interface Origins {
  /** Whether a page of that origin may call a server that was reached as `host`. Null: not a page of another origin. */
  allows(origin: string | null, host: string | null): boolean;
}

/** Stands in the list of allowed origins for every page that comes from the same machine. */
export const LOOPBACK = '*loopback*';

const webSchemes = new Set(['http:', 'https:']);
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Pages of the server itself are always allowed; others by the list: origins as browsers write them, or `*loopback*`. */
export function createOrigins(allowed: readonly string[]): Origins {
  const listed = new Set(allowed);
  return {
    allows(origin, host) {
      if (origin === null || listed.has(origin)) return true;
      // `null`, an opaque origin, is not a URL and so never allowed; nor is what no browser writes, or a page of a browser's own.
      const url = URL.parse(origin);
      if (!url || url.origin !== origin || !webSchemes.has(url.protocol)) return false;
      return url.host === host || (listed.has(LOOPBACK) && loopbackHosts.has(url.hostname));
    },
  };
}

/** The words of a refusal: they name what to set. */
export function originRefusal(origin: string): string {
  return `Pages of ${origin} may not call this server. Add the origin to PARLEY_ALLOWED_ORIGINS.\n`;
}

/**
 * Refuses an operation of a page that may not call; null where it may. A browser asks first for everything that is an operation here:
 * this is for whatever else may come to send one in a page's name.
 */
export function refuseForeign(request: Request, origins: Origins): Response | null {
  const origin = request.headers.get('origin');
  if (origin === null || origins.allows(origin, request.headers.get('host'))) return null;
  const body = JSON.stringify({ errors: [clientError('FORBIDDEN', originRefusal(origin).trim())] });
  return new Response(body, { status: 403, headers: { 'content-type': 'application/json; charset=utf-8' } });
}

/** Answers a preflight. */
export function preflight(request: Request, origins: Origins): Response {
  const origin = request.headers.get('origin');
  if (origin === null || !origins.allows(origin, request.headers.get('host')))
    return new Response(originRefusal(origin ?? 'an unknown origin'), { status: 403 });
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, x-parley-client',
      'access-control-max-age': '600',
      vary: 'Origin',
    },
  });
}

/** Lets the page that asked read the answer, where it may call. Never with credentials: there are no cookies here. */
export function shareWith(request: Request, response: Response, origins: Origins): Response {
  const origin = request.headers.get('origin');
  response.headers.append('vary', 'Origin');
  if (origin !== null && origins.allows(origin, request.headers.get('host')))
    response.headers.set('access-control-allow-origin', origin);
  return response;
}
