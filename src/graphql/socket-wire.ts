import { MessageType, type WebSocket as ProtocolSocket, type SubscribeMessage, validateMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from '../lib/log.ts';

/** Close codes of graphql-transport-ws. */
const BAD_REQUEST = 4400;
const ALREADY_EXISTS = 4409;
const INTERNAL_ERROR = 4500;

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
export class Wire implements ProtocolSocket {
  readonly #socket: WebSocket;
  readonly #log: Log;
  /** The number of each operation that is under way, by the client's id. */
  readonly #numbers = new Map<string, number>();
  #last = 0;
  readonly protocol: string;

  constructor(socket: WebSocket, log: Log) {
    this.#socket = socket;
    this.#log = log;
    this.protocol = socket.protocol;
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
      // What follows on a fault is not listened to any more.
      if (socket.readyState !== socket.OPEN) return;
      const message = isBinary ? null : messageOf(String(data));
      if (!message) socket.close(BAD_REQUEST, 'Invalid message received');
      else this.#take(message, handle);
    });
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
    const ended = handle(JSON.stringify({ ...message, id: this.#nameOf(id) })).finally(() => this.#forget(id, number));
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

/** The client's own id of an operation, of the name that graphql-ws knows it by. */
export function clientsId(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}

const named = /^\{"id":"(\d+) /;
const quotedText = /^"(?:[^"\\]|\\.)*"/;
const idStart = '{"id":'.length;
const nextType = ',"type":"next"';

function messageOf(text: string): ClientMessage | null {
  try {
    const message = validateMessage(JSON.parse(text));
    return ofClients.has(message.type) ? message : null;
  } catch {
    return null;
  }
}
