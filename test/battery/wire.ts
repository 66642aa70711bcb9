import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { systemClock } from '../../src/lib/clock.ts';
import type { Chance } from '../../src/simulator/chance.ts';
import type { Loopback } from '../../src/simulator/loopback.ts';

/** The last stretch to a host, where answers break off half way or stay away for a while. */
export interface Wire extends Loopback {
  /** From now on so many of the pieces that answers come in, 0 to 1. */
  cut(share: number): void;
}

const SLOW_MS = 300;

/** Stands before a host; closing it leaves the host as it is. */
export async function serveOnWire(host: Loopback, chance: Chance): Promise<Wire> {
  let share = 0;
  const port = Number(new URL(host.url).port);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.once('close', () => sockets.delete(socket)));
    client.on('error', () => upstream.destroy()).once('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).once('close', () => client.destroy());
    client.pipe(upstream);
    upstream.on('data', (piece: Buffer) => {
      if (chance.happens(share)) spoil(piece, { client, upstream, chance });
      else client.write(piece);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    cut(now) {
      share = now;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function spoil(
  piece: Buffer,
  { client, upstream, chance }: { readonly client: Socket; readonly upstream: Socket; readonly chance: Chance },
): void {
  const half = Math.floor(piece.length / 2);
  client.write(piece.subarray(0, half));
  if (chance.happens(0.5)) {
    client.destroy();
    return;
  }
  // Nothing may overtake the second half.
  upstream.pause();
  systemClock.after(SLOW_MS, () => {
    client.write(piece.subarray(half));
    upstream.resume();
  });
}
