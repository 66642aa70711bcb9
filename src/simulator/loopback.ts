import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SimulatorFetch } from './host.ts';

export interface Loopback {
  /** `http://127.0.0.1:<port>`, to be used as a base URL. */
  readonly url: string;
  /** Breaks what is open and frees the port. */
  close(): Promise<void>;
}

/** Serves a simulator over real HTTP on 127.0.0.1. Port 0: any that is free. Rejects where the port is taken. */
export async function serveOnLoopback(fetch: SimulatorFetch, port = 0): Promise<Loopback> {
  const server = createServer((request, response) => void relay(fetch, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A fetch that rejects (refused, cut) becomes a broken connection; a caller who leaves aborts the fetch. */
async function relay(fetch: SimulatorFetch, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const answer = await fetch(await requestOf(incoming, gone.signal));
    const body = Buffer.from(await answer.arrayBuffer());
    outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': body.length });
    outgoing.end(body);
  } catch {
    incoming.socket.destroy();
  }
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const method = incoming.method ?? 'GET';
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks);
  return new Request(`http://127.0.0.1${incoming.url ?? '/'}`, { method, headers, body, signal });
}
