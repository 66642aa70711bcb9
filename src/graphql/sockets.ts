import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server as Protocol } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { Wire } from './socket-wire.ts';

/** What graphql-ws is told of the socket that an operation came by. */
export interface SocketExtra {
  readonly socket: WebSocket;
  /** What the websocket writes to. */
  readonly wire: Duplex;
}

export interface SocketParts {
  readonly protocol: Protocol<SocketExtra>;
  readonly clock: Clock;
  readonly log: Log;
  /** How often a ping asks whether the client is still there; it has as long to answer. */
  readonly keepAliveMs: number;
}

/**
 * Has sockets speak graphql-transport-ws. graphql-ws's own adapter would print what clients do wrong to the console, and keep timers
 * for each socket. The returned function ends the pings.
 */
export function speakGraphql(server: WebSocketServer, parts: SocketParts): () => void {
  const silent = new WeakSet<WebSocket>();
  // One function for all sockets, thousands of which only wait.
  function heard(this: WebSocket): void {
    silent.delete(this);
  }
  // The socket closes by itself with the code that says what was wrong, such as a message that is too large.
  const broke = (error: Error): void => parts.log.debug({ err: error }, 'A websocket broke.');
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    socket.on('pong', heard).on('error', broke);
    open({ socket, wire: request.socket }, parts);
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

function open(extra: SocketExtra, { protocol, log }: SocketParts): void {
  const { socket } = extra;
  const closed = protocol.opened(new Wire(socket, log), extra);
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, 'A websocket did not end cleanly.'),
    );
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
