import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server as Protocol, WebSocket as ProtocolSocket } from 'graphql-ws';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { type Clock, every } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Backlogged, type Backlogs, backlogLimits } from './backlogs.ts';
import { MessageMeter } from './message-rate.ts';

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
  readonly backlogs: Backlogs;
  /** How often a ping asks whether the client is still there; it has as long to answer. */
  readonly keepAliveMs: number;
}

/** Close codes of graphql-transport-ws: for a failure on our side, for what cannot be taken, and for too much. */
const [INTERNAL_ERROR, BAD_REQUEST, TOO_MANY] = [4500, 4400, 4429];
/** "Try again later" (RFC 6455's registry): clients come back and resume from their last cursor. */
const TRY_AGAIN_LATER = 1013;

/** Characters of a connection's first message, which brings a token and little else. */
const FIRST_MESSAGE = 8 * 1024;
/** Bytes unsent beyond which nothing more is taken from a client. */
const MOST_UNSENT = 4 * backlogLimits.bytes;
/** How long a client that is told to go may take to read so: the word stands behind all that it has not read. */
const LAST_WORD_MS = 5_000;

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

function tooOften(socket: WebSocket): void {
  socket.close(TOO_MANY, 'Too many messages');
}

/** A socket as graphql-ws wants it. */
class Wire implements ProtocolSocket, Backlogged {
  readonly #extra: SocketExtra;
  readonly #meter: MessageMeter;
  readonly #parts: Pick<SocketParts, 'log' | 'clock'>;
  readonly protocol: string;
  #introduced = false;

  constructor(extra: SocketExtra, meter: MessageMeter, parts: Pick<SocketParts, 'log' | 'clock'>) {
    this.#extra = extra;
    this.#meter = meter;
    this.#parts = parts;
    this.protocol = extra.socket.protocol;
  }

  get unsent(): number {
    return this.#extra.wire.writableLength;
  }

  giveUp(): void {
    const { socket } = this.#extra;
    socket.close(TRY_AGAIN_LATER, 'Too much unread: resume from your last cursor');
    const cancel = this.#parts.clock.after(LAST_WORD_MS, () => socket.terminate());
    socket.once('close', cancel);
  }

  /** Resolves when the message is on its way, or cannot be any more: a socket that closes meanwhile is nobody's fault. */
  send(text: string): Promise<void> {
    const { socket } = this.#extra;
    return new Promise((resolve) => {
      if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
      else resolve();
    });
  }

  close(code?: number, reason?: string): void {
    this.#extra.socket.close(code, reason);
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    const { socket } = this.#extra;
    socket.on('message', (data) => {
      if (!this.#takes(data)) return;
      handle(String(data)).catch((error: unknown) => {
        this.#parts.log.error({ err: error }, 'A websocket message could not be handled.');
        socket.close(INTERNAL_ERROR, 'Internal server error');
      });
    });
  }

  /** Whether a message is to be handled; where it is too much, the socket is closed with the reason. */
  #takes(data: RawData): boolean {
    const { socket } = this.#extra;
    // What had arrived before it was closed is nobody's any more.
    if (socket.readyState !== socket.OPEN) return false;
    if (!this.#meter.count()) tooOften(socket);
    else if (!this.#introduced && lengthOf(data) > FIRST_MESSAGE)
      socket.close(BAD_REQUEST, 'The parameters of the connection are too long');
    else if (this.unsent > MOST_UNSENT) this.giveUp();
    else {
      this.#introduced = true;
      return true;
    }
    return false;
  }
}

function lengthOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
}
