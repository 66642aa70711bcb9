import type { Server as Protocol } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** What graphql-ws is told of the socket that an operation came by. */
export interface SocketExtra {
  readonly socket: WebSocket;
}

export interface SocketParts {
  readonly protocol: Protocol<SocketExtra>;
  readonly clock: Clock;
  readonly log: Log;
  /** How often a ping asks whether the client is still there; it has as long to answer. */
  readonly keepAliveMs: number;
}

/** Close code of graphql-transport-ws for a failure on our side. */
const INTERNAL_ERROR = 4500;

/**
 * Has sockets speak graphql-transport-ws. graphql-ws's own adapter would print what clients do wrong to the console, and keep timers
 * for each socket. The returned function ends the pings.
 */
export function speakGraphql(server: WebSocketServer, parts: SocketParts): () => void {
  const silent = new WeakSet<WebSocket>();
  server.on('connection', (socket: WebSocket) => {
    socket.on('pong', () => silent.delete(socket));
    // The socket closes by itself with the code that says what was wrong, such as a message that is too large.
    socket.on('error', (error) => parts.log.debug({ err: error }, 'A websocket broke.'));
    open(socket, parts);
  });
  return every(parts.clock, parts.keepAliveMs, () => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
      // A clock that is moved past several turns at once leaves no time to answer in between.
      queueMicrotask(() => silent.add(socket));
    }
  });
}

function open(socket: WebSocket, { protocol, log }: SocketParts): void {
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'A websocket message could not be handled.');
    socket.close(INTERNAL_ERROR, 'Internal server error');
  };
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(socket, text),
      close: (code, reason) => socket.close(code, reason),
      onMessage(handle) {
        socket.on('message', (data) => void handle(String(data)).catch(fail));
      },
    },
    { socket },
  );
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, 'A websocket did not end cleanly.'),
    );
  });
}

/** Resolves when the message is on its way, or cannot be any more: a socket that closes meanwhile is nobody's fault. */
function send(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
    else resolve();
  });
}

function every(clock: Clock, ms: number, run: () => void): () => void {
  let cancel = (): void => undefined;
  const later = (): void => {
    cancel = clock.after(ms, () => {
      run();
      later();
    });
  };
  later();
  return () => cancel();
}
