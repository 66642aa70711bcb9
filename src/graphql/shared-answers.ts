import type { ExecutionResult } from 'graphql';
import { formatResult } from './results.ts';

/** What a subscription's event came to. */
export interface Answer {
  readonly result: ExecutionResult;
  /** The result as JSON, made once for all who send it. */
  text(): string;
}

/** The answers of equal subscriptions: those of one tenant that select the same of the same events and may see the same. */
export interface AnswerGroup {
  /** The answer to that event: `make` is called by the first who asks. */
  answer(event: unknown, make: () => Promise<ExecutionResult>): Promise<Answer>;
  /** To be called once by each who joined. */
  leave(): void;
}

/** How many events' answers a group keeps: members keep nearly in step, so a straggler may well make its own. */
const KEPT = 32;

/** Groups of equal subscriptions, by a key that says all that an answer depends on. */
export function createAnswerGroups(): { join(key: string): AnswerGroup; readonly size: number } {
  const groups = new Map<string, { readonly group: AnswerGroup; members: number }>();
  return {
    join(key) {
      const entry = groups.get(key) ?? { group: createGroup(() => leave(key)), members: 0 };
      groups.set(key, entry);
      entry.members += 1;
      return entry.group;
    },
    get size() {
      return groups.size;
    },
  };

  function leave(key: string): void {
    const entry = groups.get(key);
    if (!entry) return;
    entry.members -= 1;
    if (entry.members === 0) groups.delete(key);
  }
}

function createGroup(leave: () => void): AnswerGroup {
  const answers: { readonly event: unknown; readonly answer: Promise<Answer> }[] = [];
  return {
    answer(event, make) {
      // The newest first: that is the one nearly all ask for.
      const known = answers.findLast((entry) => entry.event === event);
      if (known) return known.answer;
      const answer = make().then(createAnswer);
      answers.push({ event, answer });
      if (answers.length > KEPT) answers.shift();
      return answer;
    },
    leave,
  };
}

/** An answer that is nobody else's. */
export function createAnswer(result: ExecutionResult): Answer {
  let text: string | undefined;
  return {
    result,
    text() {
      text ??= JSON.stringify(formatResult(result));
      return text;
    },
  };
}
