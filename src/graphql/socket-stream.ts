import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { EventStream } from './event-stream.ts';

/** Bytes that may wait in a socket before its stream stops asking for more: it then reads on from the log when there is room. */
const HIGH_WATER = 64 * 1024;

/** Close code of graphql-transport-ws for a client that may not go on. */
const FORBIDDEN = 4403;

/**
 * Sends a stream's answers over a socket, as the protocol's `next` messages. Written past graphql-ws, which would make each message's
 * text anew for every subscriber. To graphql-ws it is a stream without values that ends when there is nothing more to send.
 */
export function sendStream(socket: WebSocket, id: string, stream: EventStream): AsyncIterableIterator<ExecutionResult> {
  return new SocketStream(socket, id, stream);
}

class SocketStream implements AsyncIterableIterator<ExecutionResult> {
  readonly #socket: WebSocket;
  readonly #before: string;
  readonly #stream: EventStream;

  constructor(socket: WebSocket, id: string, stream: EventStream) {
    this.#socket = socket;
    this.#before = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.#stream = stream;
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    const socket = this.#socket;
    const stream = this.#stream;
    try {
      for (let answer = await stream.nextAnswer(); answer; answer = await stream.nextAnswer()) {
        if (socket.readyState !== socket.OPEN) break;
        const room = send(socket, `${this.#before}${answer.text()}}`);
        if (room) await room;
      }
    } finally {
      await stream.return();
    }
    if (stream.tokenEnded) socket.close(FORBIDDEN, 'Forbidden');
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    await this.#stream.return();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Nothing where there is room for more; else resolves when this was written, or cannot be any more. */
function send(socket: WebSocket, message: string): Promise<void> | undefined {
  if (socket.bufferedAmount < HIGH_WATER) {
    socket.send(message);
    return undefined;
  }
  return new Promise((resolve) => socket.send(message, () => resolve()));
}
