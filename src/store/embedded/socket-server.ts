import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Engine } from './engine.ts';
import { serveSession } from './session.ts';
import { createTurns } from './turns.ts';

/** Clients of one PGlite, by a unix socket. */
export interface SocketServer {
  /** Closes all connections, undoes what they left open, and resolves when nothing runs any more. */
  close(): Promise<void>;
}

/**
 * Listens at `path`, answering once `engine` is there. Units run one at a time and a connection in a transaction keeps the
 * turn. `failed` is told when PGlite has ended under a statement.
 */
export async function listen(
  path: string,
  engine: Promise<Engine>,
  clock: Clock,
  failed: (error: unknown) => void,
): Promise<SocketServer> {
  const turns = createTurns(failed);
  const shared = { unnamedOwner: null, statementCount: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serveSession(socket, { engine, turns, shared, clock });
    socket.on('close', () => sockets.delete(socket));
  });
  // One left by an owner that was killed; the directory is ours by now.
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async close() {
      server.close();
      // Each session takes its last turn when its socket's `close` is told.
      await Promise.all([...sockets].map((socket) => once(socket.destroy(), 'close')));
      await turns.idle();
    },
  };
}
