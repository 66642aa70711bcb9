import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { App } from './app.ts';
import { type Clock, systemClock } from './lib/clock.ts';

/** An application on its port. */
export interface Listener {
  /** Where it answers, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Tells sockets to come back elsewhere, takes no more connections and ends when the requests in hand are answered, or are cut off when
   * that takes too long.
   */
  close(): Promise<void>;
}

/** How long connections may take, in milliseconds, and how much they may say before a request is looked at (DELIVERY 5.1). */
export const connectionLimits = {
  headersMs: 10_000,
  /** For a body that is no file. */
  bodyMs: 10_000,
  /** For a request as a whole, whatever it brings. */
  requestMs: 30_000,
  keepAliveMs: 65_000,
  /** How often is looked for those that took too long. Node's own 30 s would let them have three times as much. */
  lookEveryMs: 1_000,
  headerBytes: 16 * 1024,
  headers: 100,
} as const;

type ConnectionLimits = { readonly [Name in keyof typeof connectionLimits]: number };

// DELIVERY 8.1.
const DRAIN_MS = 8_000;
// How soon a connection that has had its last answer is closed.
const IDLE_MS = 50;

/** Serves an application over node:http, websockets included. Port 0 takes any free one. */
export async function listen(
  app: App,
  at: { readonly port: number; readonly host: string; readonly limits?: Partial<ConnectionLimits> },
): Promise<Listener> {
  const limits: ConnectionLimits = { ...connectionLimits, ...at.limits };
  const adapter = createServerAdapter<{ res: ServerResponse }>((request, { res }) =>
    app.fetch(request, () => res.destroy()),
  );
  const server = createServer(optionsOf(limits), (request, response) => {
    const refused = hasTooManyHeaders(request, limits) ? 431 : hasTwoHosts(request) ? 400 : null;
    if (refused !== null) {
      response.writeHead(refused, { connection: 'close' }).end();
      return;
    }
    if (!app.transport.admit(request, response)) return;
    cutSlowBody(request, response, limits, systemClock);
    void adapter(request, response);
  });
  // One more than is allowed is kept, to know that there are too many.
  server.maxHeadersCount = limits.headers + 1;
  const closeSockets = app.transport.attach(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
    async close() {
      const drained = drain(server);
      await closeSockets();
      await drained;
    },
  };
}

function optionsOf(limits: ConnectionLimits) {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.lookEveryMs,
    maxHeaderSize: limits.headerBytes,
  };
}

function hasTooManyHeaders({ rawHeaders }: IncomingMessage, { headers }: ConnectionLimits): boolean {
  return rawHeaders.length > 2 * headers;
}

/** Node would take the first of them, where a proxy may have taken the other (RFC 9112, section 3.2). */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

/** A file may take as long as a request; everything else is small, and whoever sends it byte by byte only holds the connection. */
function cutSlowBody(request: IncomingMessage, response: ServerResponse, { bodyMs }: ConnectionLimits, clock: Clock) {
  const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type } = request.headers;
  if ((length === undefined || length === '0') && encoding === undefined) return;
  if (type?.toLowerCase().startsWith('multipart/')) return;
  const cancel = clock.after(bodyMs, () => {
    if (!request.complete) response.destroy();
  });
  request.once('close', cancel);
}

/** A connection that is kept alive gets no end by itself: whoever comes by it once more is answered and told that it was the last time. */
async function drain(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = systemClock.after(DRAIN_MS, () => server.closeAllConnections());
  let wait = (): void => undefined;
  const closeIdle = (): void => {
    server.closeIdleConnections();
    wait = systemClock.after(IDLE_MS, closeIdle);
  };
  closeIdle();
  await closed;
  cut();
  wait();
}
