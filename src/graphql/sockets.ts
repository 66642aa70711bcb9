import type { IncomingMessage } from 'node:http';
import type { Server as Protocol } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import { type Clock, every } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Backlogs } from './backlogs.ts';
import { MessageMeter } from './message-rate.ts';
import { type SocketExtra, tooOften, Wire } from './socket-wire.ts';

export interface SocketParts {
  readonly protocol: Protocol<SocketExtra>;
  readonly clock: Clock;
  readonly log: Log;
  readonly backlogs: Backlogs;
  /** How often a ping asks whether the client is still there; it has as long to answer. */
  readonly keepAliveMs: number;
}

/**
 * Has sockets speak graphql-transport-ws. graphql-ws's own adapter would print what clients do wrong to the console, and keep timers
 * for each socket. The returned function ends the pings.
 */
export function speakGraphql(server: WebSocketServer, parts: SocketParts): () => void {
  const silent = new WeakSet<WebSocket>();
  const meters = new WeakMap<WebSocket, MessageMeter>();
  // One function for all sockets, thousands of which only wait.
  function heard(this: WebSocket): void {
    silent.delete(this);
  }
  // Each is answered by itself, so pings are messages, too.
  function pinged(this: WebSocket): void {
    if (meters.get(this)?.count() === false) tooOften(this);
  }
  // The socket closes by itself with the code that says what was wrong, such as a message that is too large.
  const broke = (error: Error): void => parts.log.debug({ err: error }, 'A websocket broke.');
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    socket.on('pong', heard).on('ping', pinged).on('error', broke);
    const meter = new MessageMeter(parts.clock);
    meters.set(socket, meter);
    open({ socket, wire: request.socket }, meter, parts);
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

function open(extra: SocketExtra, meter: MessageMeter, { protocol, log, backlogs, clock }: SocketParts): void {
  const { socket } = extra;
  const wire = new Wire(extra, meter, { log, clock });
  const closed = protocol.opened(wire, extra);
  const unwatch = backlogs.watch(wire);
  socket.once('close', (code, reason) => {
    unwatch();
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, 'A websocket did not end cleanly.'),
    );
  });
}
