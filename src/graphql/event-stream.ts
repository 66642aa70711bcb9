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
  const { group, session, clock, results, answerTo } = parts;
  const source = parts.source[Symbol.asyncIterator]();
  let open = true;
  let tokenEnded = false;

  const close = (): void => {
    if (!open) return;
    open = false;
    cancel();
    group.leave();
    // What a source throws while it ends concerns nobody any more.
    void Promise.resolve(source.return?.()).catch(() => undefined);
  };
  const endToken = (): void => {
    tokenEnded = open;
    close();
  };
  const { expiresAt } = session.caller;
  const cancel = expiresAt ? clock.after(expiresAt.getTime() - clock.now().getTime(), endToken) : () => undefined;

  const last = (error: unknown): Answer => {
    close();
    return createAnswer(results.finish({ errors: [results.mask(error)] }));
  };
  const nextAnswer = async (): Promise<Answer | null> => {
    // A token that ended while the stream waited is told once; after that there is nothing more.
    if (!open) return null;
    try {
      const event = await source.next();
      if (tokenEnded) return last(clientError('UNAUTHENTICATED', 'The token has ended.'));
      if (event.done || !open) {
        close();
        return null;
      }
      const good = session.stillGood();
      if (!(typeof good === 'boolean' ? good : await good)) {
        endToken();
        return last(clientError('UNAUTHENTICATED', 'The token has ended.'));
      }
      return await group.answer(event.value, () => answerTo(event.value));
    } catch (error) {
      return open ? last(error) : null;
    }
  };
  return {
    nextAnswer,
    get tokenEnded() {
      return tokenEnded;
    },
    async next() {
      const answer = await nextAnswer();
      return answer ? { value: answer.result, done: false } : { value: undefined, done: true };
    },
    async return() {
      close();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
