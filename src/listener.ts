import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { App } from './app.ts';
import { systemClock } from './lib/clock.ts';

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

// DELIVERY 5.1.
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES = 16 * 1024;
// DELIVERY 8.1.
const DRAIN_MS = 8_000;
// How soon a connection that has had its last answer is closed.
const IDLE_MS = 50;

/** Serves an application over node:http, websockets included. Port 0 takes any free one. */
export async function listen(app: App, at: { readonly port: number; readonly host: string }): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES,
    },
    createServerAdapter<{ res: ServerResponse }>((request, { res }) => app.fetch(request, () => res.destroy())),
  );
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
