import type { ExecutionResult } from 'graphql';
import type { EventStream } from './event-stream.ts';
import type { Waiter } from './polled-source.ts';
import type { Answer } from './shared-answers.ts';
import type { SocketExtra } from './socket-wire.ts';
import { frameLength, type Opening, writeFrame } from './text-frame.ts';

/** Bytes that may wait in a socket before its stream stops asking for more: it then reads on from the log when there is room. */
const HIGH_WATER = 64 * 1024;

/**
 * Sends a stream's answers over a socket, as the protocol's `next` messages. Written past graphql-ws, which would make each message's
 * text anew for every subscriber. To graphql-ws it is a stream without values that ends when there is nothing more to send.
 */
export function sendStream(to: SocketExtra, id: string, stream: EventStream): AsyncIterableIterator<ExecutionResult> {
  return new SocketStream(to, id, stream);
}

class SocketStream implements AsyncIterableIterator<ExecutionResult>, Waiter {
  readonly #to: SocketExtra;
  readonly #opening: Opening;
  readonly #stream: EventStream;
  readonly #done = Promise.withResolvers<IteratorResult<ExecutionResult>>();
  /** Answers that there was no room for yet. */
  #unsent: readonly Answer[] = none;
  #full = false;

  constructor(to: SocketExtra, id: string, stream: EventStream) {
    this.#to = to;
    const text = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.#opening = { text, bytes: Buffer.byteLength(text) };
    this.#stream = stream;
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    this.#stream.tell(this);
    this.ready();
    return this.#done.promise;
  }

  ready(): void {
    const { socket } = this.#to;
    while (!this.#full) {
      const answers = socket.readyState === socket.OPEN ? this.#next() : null;
      if (answers === undefined) return;
      if (answers === null) {
        this.#end();
        return;
      }
      this.#unsent = this.#send(answers);
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#end();
    return this.#done.promise;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #next(): readonly Answer[] | null | undefined {
    // Whoever reads slowly is not told later what they may not know any more.
    return this.#unsent.length > 0 && !this.#stream.tokenEnded ? this.#unsent : this.#stream.poll();
  }

  /** In one write: one for each of many small messages costs more than all else about them. Returns what is left to be sent. */
  #send(answers: readonly Answer[]): readonly Answer[] {
    let length = 0;
    let count = 0;
    for (; count < answers.length && length < HIGH_WATER; count += 1)
      length += frameLength(this.#opening, (answers[count] as Answer).bytes());
    const frames = Buffer.allocUnsafe(length);
    for (let i = 0, at = 0; i < count; i += 1)
      at = writeFrame(frames, at, this.#opening, (answers[i] as Answer).bytes());
    this.#write(frames);
    return count === answers.length ? none : answers.slice(count);
  }

  /** Nothing is compressed, so that nothing waits in the socket itself that would have to go before. */
  #write(frames: Buffer): void {
    const { wire } = this.#to;
    if (wire.writableLength < HIGH_WATER) {
      wire.write(frames);
      return;
    }
    // Goes on when this has left, or cannot leave any more.
    this.#full = true;
    wire.write(frames, () => {
      this.#full = false;
      this.ready();
    });
  }

  #end(): void {
    this.#stream.close();
    // The client may have taken the id for another operation by the time that there is room again.
    this.#unsent = none;
    this.#done.resolve({ value: undefined, done: true });
  }
}

const none: readonly Answer[] = [];
