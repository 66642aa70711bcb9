import type { ExecutionResult } from 'graphql';
import type { Clock } from '../lib/clock.ts';
import type { Session } from './authentication.ts';
import { clientError } from './errors.ts';
import type { Results } from './results.ts';
import { type Answer, type AnswerGroup, createAnswer } from './shared-answers.ts';

/** The answers to one subscriber's events, in order. `return` ends it at once, also while it waits, and frees its source. */
export interface EventStream extends AsyncIterableIterator<ExecutionResult> {
  /** The next answer; null at the end. As `next`, for those who send text. */
  nextAnswer(): Promise<Answer | null>;
  /** Whether it ended because its token did. */
  readonly tokenEnded: boolean;
  return(): Promise<IteratorResult<ExecutionResult>>;
}

export interface EventStreamParts {
  /** The events, the same objects for all who follow them. */
  readonly source: AsyncIterable<unknown>;
  readonly group: AnswerGroup;
  readonly session: Session;
  readonly clock: Clock;
  readonly results: Results;
  /** Executes the selection for one event. */
  readonly answerTo: (event: unknown) => Promise<ExecutionResult>;
}

/** Rights are looked at again for each event, and the stream ends when its token does. */
export function createEventStream(parts: EventStreamParts): EventStream {
  return new Stream(parts);
}

/** A class for the same reason as the reader of a feed: thousands of them wait at the same time. */
class Stream implements EventStream {
  readonly #parts: EventStreamParts;
  readonly #source: AsyncIterator<unknown>;
  readonly #cancel: (() => void) | null;
  #open = true;
  tokenEnded = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
    this.#source = parts.source[Symbol.asyncIterator]();
    const { clock, session } = parts;
    const { expiresAt } = session.caller;
    this.#cancel = expiresAt && clock.after(expiresAt.getTime() - clock.now().getTime(), () => this.#endToken());
  }

  async nextAnswer(): Promise<Answer | null> {
    if (!this.#open) return null;
    const { group, session, answerTo } = this.#parts;
    try {
      const event = await this.#source.next();
      const good = this.#open && !event.done && session.stillGood();
      // Awaited only where the store is asked: most answers are known at once.
      if (typeof good === 'boolean' ? good : await good)
        return await group.answer(event.value, () => answerTo(event.value));
      if (this.#open && !event.done) this.#endToken();
      this.#close();
      return this.tokenEnded ? this.#last(clientError('UNAUTHENTICATED', 'The token has ended.')) : null;
    } catch (error) {
      return this.#open ? this.#last(error) : null;
    }
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    const answer = await this.nextAnswer();
    return answer ? { value: answer.result, done: false } : { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #endToken(): void {
    this.tokenEnded = this.#open;
    this.#close();
  }

  #last(error: unknown): Answer {
    this.#close();
    const { results } = this.#parts;
    return createAnswer(results.finish({ errors: [results.mask(error)] }));
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancel?.();
    this.#parts.group.leave();
    // What a source throws while it ends concerns nobody any more.
    void Promise.resolve(this.#source.return?.()).catch(() => undefined);
  }
}
