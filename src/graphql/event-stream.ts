import type { ExecutionResult } from 'graphql';
import type { Meters } from '../telemetry/contract.ts';
import type { Session } from './authentication.ts';
import { clientError } from './errors.ts';
import type { FeedSource } from './feed-reader.ts';
import { eachOf, type PolledSource, type Waiter } from './polled-source.ts';
import type { Results } from './results.ts';
import { type Answer, type AnswerGroup, type Asker, createAnswer } from './shared-answers.ts';
import type { Vigil } from './vigil.ts';

/** The answers to one subscriber's events, in order: many at a time where many were missed. */
export interface EventStream extends PolledSource<readonly Answer[]>, AsyncIterable<ExecutionResult> {
  /** Whether it ended because its token did. */
  readonly tokenEnded: boolean;
}

export interface EventStreamParts {
  /** The events, the same objects for all who follow them. */
  readonly source: FeedSource;
  readonly group: AnswerGroup;
  readonly session: Session;
  readonly vigil: Vigil;
  readonly results: Results;
  readonly meters: Pick<Meters, 'delivered'>;
  /** Executes the selection for events, in one context: one of now, or some of those that were missed. */
  readonly answersTo: (events: readonly object[]) => readonly Promise<ExecutionResult>[];
}

/** How many events that were missed are executed together. */
const TOGETHER = 512;

/** Rights are looked at again for each event, and the stream ends when its token does. */
export function createEventStream(parts: EventStreamParts): EventStream {
  return new Stream(parts);
}

/** A class for the same reason as the reader of a feed: thousands of them wait at the same time. */
class Stream implements EventStream, Waiter, Asker {
  readonly #parts: EventStreamParts;
  readonly #unwatch: () => void;
  #waiter: Waiter | null = null;
  /** Asked for an answer, or for its rights, and not told yet. */
  #asking = false;
  #answers: readonly Answer[] | null = null;
  /** What is still to be told when it has ended. */
  #lastWord: Answer | null = null;
  #open = true;
  tokenEnded = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
    this.#unwatch = parts.vigil.watch(parts.session, () => this.#endToken());
    parts.source.tell(this);
  }

  tell(waiter: Waiter): void {
    this.#waiter = waiter;
  }

  ready(): void {
    this.#waiter?.ready();
  }

  poll(): readonly Answer[] | null | undefined {
    const answers = this.#poll();
    if (answers) this.#parts.meters.delivered(answers.length);
    return answers;
  }

  #poll(): readonly Answer[] | null | undefined {
    if (!this.#open) return this.#rest();
    if (this.#asking) return undefined;
    const answers = this.#answers;
    this.#answers = null;
    return answers ?? this.#next();
  }

  answered(answers: readonly Answer[]): void {
    this.#asking = false;
    this.#answers = answers;
    this.ready();
  }

  failed(error: unknown): void {
    this.#asking = false;
    this.#fail(error);
    this.ready();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#answers = null;
    this.#unwatch();
    this.#parts.group.leave();
    this.#parts.source.close();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionResult> {
    return eachOf(oneByOne(this));
  }

  #next(): readonly Answer[] | null | undefined {
    const { source, session } = this.#parts;
    try {
      const event = source.poll();
      if (event === undefined) return undefined;
      if (event === null) {
        this.close();
        return null;
      }
      const good = session.stillGood();
      if (good === true) return this.#answersTo(event);
      this.#asking = true;
      Promise.resolve(good).then(
        (still) => this.#goOn(event, still),
        (error: unknown) => this.failed(error),
      );
      return undefined;
    } catch (error) {
      this.#fail(error);
      return this.#rest();
    }
  }

  /** When the store was asked. */
  #goOn(event: object, good: boolean): void {
    this.#asking = false;
    // This stream is one of those that live by it.
    if (!good) this.#parts.vigil.end(this.#parts.session);
    if (!this.#open) return;
    try {
      this.#answers = this.#answersTo(event) ?? null;
    } catch (error) {
      this.#fail(error);
    }
    this.ready();
  }

  #answersTo(event: object): readonly Answer[] | undefined {
    const { source, group, answersTo } = this.#parts;
    const page = pageOf(event);
    const known = page
      ? group.answersIn(page, [event, ...source.take(TOGETHER - 1)], answersTo, this)
      : group.answer(event, answersTo, this);
    this.#asking = known === undefined;
    return known;
  }

  #endToken(): void {
    if (!this.#open) return;
    this.tokenEnded = true;
    this.#fail(clientError('UNAUTHENTICATED', 'The token has ended.'));
    this.ready();
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    const { results } = this.#parts;
    this.#lastWord = createAnswer(results.finish({ errors: [results.mask(error)] }));
    this.close();
  }

  #rest(): readonly Answer[] | null {
    const word = this.#lastWord;
    this.#lastWord = null;
    return word && [word];
  }
}

function pageOf(event: object): object | null {
  return 'page' in event ? (event.page as object | null) : null;
}

/** The results of a stream, each alone. */
function oneByOne(stream: EventStream): PolledSource<ExecutionResult> {
  let left: readonly Answer[] = [];
  return {
    poll() {
      // Whoever reads slowly is not told later what they may not know any more.
      if (left.length === 0 || stream.tokenEnded) {
        const answers = stream.poll();
        if (!answers) return answers;
        left = answers;
      }
      const [first, ...rest] = left;
      left = rest;
      return first?.result;
    },
    tell: (waiter) => stream.tell(waiter),
    close: () => stream.close(),
  };
}
