import type { Downloads } from './attachment-downloads.ts';
import type { Transport } from './graphql/transport.ts';
import type { Health } from './health.ts';
import { MAX_DELIVERY_BYTES, type WebhookDoor } from './sync/webhooks.ts';

export interface RouteParts {
  readonly transport: Pick<Transport, 'fetch'>;
  readonly door: WebhookDoor;
  readonly downloads: Downloads;
  readonly health: Pick<Health, 'isAlive' | 'isReady'>;
}

/** `cut` ends the connection of a request whose answer broke off half way. */
export type Routes = (request: Request, cut?: () => void) => Promise<Response>;

/** Everything we answer over HTTP: GraphQL and its page, files, providers' webhooks, and whether we are well. Answers about health have no text. */
export function createRoutes(parts: RouteParts): Routes {
  return async (request, cut) => {
    // Without one where the request names a host that is none, such as "[".
    const url = URL.parse(request.url);
    if (!url) return status(400);
    const { pathname } = url;
    if (pathname === '/graphql' || pathname === '/') return parts.transport.fetch(request);
    if (pathname === '/healthz') return status(parts.health.isAlive() ? 200 : 503);
    if (pathname === '/readyz') return status((await parts.health.isReady()) ? 200 : 503);
    const link = /^\/attachments\/([\w-]{1,1024})$/.exec(pathname)?.[1];
    if (link !== undefined) return parts.downloads(request, link, cut);
    const [, provider, path] = /^\/webhooks\/([a-z-]{1,64})(?:\/([a-z-]{1,64}))?$/.exec(pathname) ?? [];
    return provider ? fromProvider(parts.door, provider, path, request) : status(404);
  };
}

/** A provider's call: a delivery to its own address, or to an endpoint that it has below that. */
async function fromProvider(
  door: WebhookDoor,
  provider: string,
  path: string | undefined,
  request: Request,
): Promise<Response> {
  const body = await readAtMost(request, MAX_DELIVERY_BYTES);
  if (body === null) return status(413);
  const delivery = { provider, headers: Object.fromEntries(request.headers), body };
  if (path === undefined) return status(request.method === 'POST' ? await door.deliver(delivery) : 404);
  const answer = await door.route(request.method, path, delivery);
  return answer ? new Response(answer.body, { status: answer.status, headers: { ...answer.headers } }) : status(404);
}

/** The body's bytes, or null as soon as they are more than allowed. */
async function readAtMost(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function status(code: number): Response {
  return new Response(null, { status: code, headers: { 'cache-control': 'no-store' } });
}
