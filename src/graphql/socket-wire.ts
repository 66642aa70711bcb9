import type { Duplex } from 'node:stream';
import { MessageType, type WebSocket as ProtocolSocket, type SubscribeMessage, validateMessage } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Backlogged, backlogLimits } from './backlogs.ts';
import type { MessageMeter } from './message-rate.ts';

/** What graphql-ws is told of the socket that an operation came by. */
export interface SocketExtra {
  readonly socket: WebSocket;
  /** What the websocket writes to. */
  readonly wire: Duplex;
}

/** Close codes of graphql-transport-ws. */
const BAD_REQUEST = 4400;
const ALREADY_EXISTS = 4409;
const TOO_MANY = 4429;
const INTERNAL_ERROR = 4500;
/** "Try again later" (RFC 6455's registry): clients come back and resume from their last cursor. */
const TRY_AGAIN_LATER = 1013;

/** Characters of a connection's first message, which brings a token and little else. */
const FIRST_MESSAGE = 8 * 1024;
/** Bytes unsent beyond which nothing more is taken from a client. */
const MOST_UNSENT = 4 * backlogLimits.bytes;
/** How long a client that is told to go may take to read so: the word stands behind all that it has not read. */
const LAST_WORD_MS = 5_000;

/** Bytes that the reason of a close may have (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** What a client may send. */
type ClientMessage = ReturnType<typeof validateMessage>;
const ofClients: ReadonlySet<string> = new Set([
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
]);

/**
 * A socket as graphql-ws wants it. A client may use an operation's id again as soon as it has completed it, while graphql-ws is still
 * at work on the old one and would end the new one in its place. So graphql-ws is told names of ours: a number before the client's id.
 */
export class Wire implements ProtocolSocket, Backlogged {
  readonly #extra: SocketExtra;
  readonly #socket: WebSocket;
  readonly #meter: MessageMeter;
  readonly #log: Log;
  readonly #clock: Clock;
  #introduced = false;
  /** The number of each operation that is under way, by the client's id. */
  readonly #numbers = new Map<string, number>();
  #last = 0;
  readonly protocol: string;

  constructor(extra: SocketExtra, meter: MessageMeter, { log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#extra = extra;
    this.#socket = extra.socket;
    this.#meter = meter;
    this.#log = log;
    this.#clock = clock;
    this.protocol = extra.socket.protocol;
  }

  get unsent(): number {
    return this.#extra.wire.writableLength;
  }

  giveUp(): void {
    const socket = this.#socket;
    socket.close(TRY_AGAIN_LATER, 'Too much unread: resume from your last cursor');
    const cancel = this.#clock.after(LAST_WORD_MS, () => socket.terminate());
    socket.once('close', cancel);
  }

  /** Resolves when the message is on its way, or cannot be any more: a socket that closes meanwhile is nobody's fault. */
  send(text: string): Promise<void> {
    const socket = this.#socket;
    const told = this.#inTheirWords(text);
    return new Promise((resolve) => {
      if (told !== null && socket.readyState === socket.OPEN) socket.send(told, () => resolve());
      else resolve();
    });
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => {
      if (!this.#admits(data)) return;
      const message = isBinary ? null : messageOf(String(data));
      if (!message) socket.close(BAD_REQUEST, 'Invalid message received');
      else this.#take(message, handle);
    });
  }

  /** Whether a message is to be looked at; where it is too much, the socket is closed with the reason. */
  #admits(data: RawData): boolean {
    const socket = this.#socket;
    // What follows on a fault is not listened to any more.
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

  #take(message: ClientMessage, handle: (text: string) => Promise<void>): void {
    if (message.type === MessageType.Subscribe) this.#begin(message, handle);
    else if (message.type === MessageType.Complete) {
      const name = this.#nameOf(message.id);
      this.#numbers.delete(message.id);
      this.#handled(handle(JSON.stringify({ ...message, id: name })));
    } else this.#handled(handle(JSON.stringify(message)));
  }

  #begin(message: SubscribeMessage, handle: (text: string) => Promise<void>): void {
    const { id } = message;
    if (this.#numbers.has(id)) {
      const reason = `Subscriber for ${id} already exists`;
      const fits = Buffer.byteLength(reason) <= REASON_BYTES;
      this.#socket.close(ALREADY_EXISTS, fits ? reason : 'Subscriber already exists');
      return;
    }
    this.#last += 1;
    const number = this.#last;
    this.#numbers.set(id, number);
    const ended = handle(textOf({ ...message, id: this.#nameOf(id) })).finally(() => this.#forget(id, number));
    this.#handled(ended);
  }

  #handled(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#log.error({ err: error }, 'A websocket message could not be handled.');
      this.#socket.close(INTERNAL_ERROR, 'Internal server error');
    });
  }

  #nameOf(id: string): string {
    return `${this.#numbers.get(id) ?? 0} ${id}`;
  }

  #forget(id: string, number: number): void {
    if (this.#numbers.get(id) === number) this.#numbers.delete(id);
  }

  /** The message with the client's own id; null where the client has completed that operation. */
  #inTheirWords(text: string): string | null {
    const [opening, digits] = named.exec(text) ?? [];
    if (opening === undefined) return text;
    const told = `{"id":"${text.slice(opening.length)}`;
    const [quoted = '""'] = quotedText.exec(told.slice(idStart)) ?? [];
    const id = JSON.parse(quoted) as string;
    if (this.#numbers.get(id) !== Number(digits)) return null;
    // Its last word: the id is free from here on.
    if (!told.startsWith(nextType, idStart + quoted.length)) this.#numbers.delete(id);
    return told;
  }
}

/** Ends the socket of a client that says too much. */
export function tooOften(socket: WebSocket): void {
  socket.close(TOO_MANY, 'Too many messages');
}

function lengthOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
}

/** The client's own id of an operation, of the name that graphql-ws knows it by. */
export function clientsId(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}

const named = /^\{"id":"(\d+) /;
const quotedText = /^"(?:[^"\\]|\\.)*"/;
const idStart = '{"id":'.length;
const nextType = ',"type":"next"';

/** A message as JSON, in which a number beyond all numbers stays one: written as usual it would be null. */
function textOf(message: SubscribeMessage): string {
  return JSON.stringify(message, (_name, value: unknown) => {
    if (value !== Number.POSITIVE_INFINITY && value !== Number.NEGATIVE_INFINITY) return value;
    return rawJSON(value > 0 ? '1e999' : '-1e999');
  });
}

/** Of ECMAScript 2026; the library that types are taken from does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * JSON inside JSON. Messages are written out again for graphql-ws, which goes one call deeper for each level: what uses up the stack
 * there, where a socket is listened to, would end the process.
 */
const DEEPEST = 200;

function messageOf(text: string): ClientMessage | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isDeeperThan(DEEPEST, parsed)) return null;
    const message = validateMessage(parsed);
    return ofClients.has(message.type) ? message : null;
  } catch {
    return null;
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
