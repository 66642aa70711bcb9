import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReadableMeters } from './meters.ts';

/** The figures on a port of their own: who may call the API may not read them, nor the other way round. */
export interface MetricsListener {
  /** Where they are read, such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Answers GET `/metrics`. */
export async function listenForMetrics(
  meters: ReadableMeters,
  at: { readonly port: number; readonly host: string },
): Promise<MetricsListener> {
  const server = createServer(async ({ url, method }, response) => {
    response.setHeader('cache-control', 'no-store');
    if (url?.split('?')[0] !== '/metrics' || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await meters.text();
      response.writeHead(200, { 'content-type': meters.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}/metrics`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
