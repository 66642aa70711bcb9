import type { ExecutionResult } from 'graphql';
import { formatResult } from './results.ts';

/** What a subscription's event came to. */
export interface Answer {
  readonly result: ExecutionResult;
  /** The result as JSON in UTF-8, made once for all who send it. */
  bytes(): Buffer;
}

/** Whoever asked for answers that were not there yet. Neither may throw. */
export interface Asker {
  answered(answers: readonly Answer[]): void;
  failed(error: unknown): void;
}

/** Executes a selection for events, each on its own. */
export type MakeAnswers = (events: readonly object[]) => readonly Promise<ExecutionResult>[];

/** The answers of equal subscriptions: those of one tenant that select the same of the same events and may see the same. */
export interface AnswerGroup {
  /** The answer to that event, as a list of it alone, made by the first who asks. Undefined where it is not there yet: the asker is told. */
  answer(event: object, make: MakeAnswers, asker: Asker): readonly Answer[] | undefined;
  /** The answers to events that were read from the log as that page, for all who are behind: whoever comes first makes them. */
  answersIn(page: object, events: readonly object[], make: MakeAnswers, asker: Asker): undefined;
  /** To be called once by each who joined. */
  leave(): void;
}

/** How many events' answers a group keeps: members keep nearly in step, so a straggler may well make its own. */
const KEPT = 32;

/** Groups of equal subscriptions, by a key that says all that an answer depends on. */
export function createAnswerGroups(): {
  join(key: string): AnswerGroup;
  readonly size: number;
  readonly members: number;
} {
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
    get members() {
      return [...groups.values()].reduce((sum, { members }) => sum + members, 0);
    },
  };

  function leave(key: string): void {
    const entry = groups.get(key);
    if (!entry) return;
    entry.members -= 1;
    if (entry.members === 0) groups.delete(key);
  }
}

interface Made {
  readonly event: object;
  answers: readonly Answer[] | undefined;
  failure: { readonly error: unknown } | undefined;
  /** Who asked before it was there. */
  readonly askers: Asker[];
}

function createGroup(leave: () => void): AnswerGroup {
  const recent: Made[] = [];
  // As long as somebody reads on in that page.
  const past = new WeakMap<object, Map<object, Promise<Answer>>>();
  return {
    answersIn(page, events, make, asker) {
      const known = past.get(page) ?? new Map<object, Promise<Answer>>();
      past.set(page, known);
      const missing = events.filter((one) => !known.has(one));
      for (const [place, result] of make(missing).entries()) known.set(missing[place] as object, handled(result));
      Promise.all(events.flatMap((one) => known.get(one) ?? [])).then(
        (answers) => asker.answered(answers),
        (error: unknown) => asker.failed(error),
      );
    },
    answer(event, make, asker) {
      // The newest first: that is the one nearly all ask for.
      const made = recent.findLast((one) => one.event === event) ?? begin(event, make);
      if (made.failure) throw made.failure.error;
      if (!made.answers) made.askers.push(asker);
      return made.answers;
    },
    leave,
  };

  function begin(event: object, make: MakeAnswers): Made {
    const made: Made = { event, answers: undefined, failure: undefined, askers: [] };
    const [result] = make([event]);
    recent.push(made);
    if (recent.length > KEPT) recent.shift();
    Promise.resolve(result).then(
      (value) => {
        const answers = [createAnswer(value ?? {})];
        made.answers = answers;
        for (const asker of made.askers.splice(0)) asker.answered(answers);
      },
      (error: unknown) => {
        made.failure = { error };
        for (const asker of made.askers.splice(0)) asker.failed(error);
      },
    );
    return made;
  }
}

/** An answer that is nobody else's. */
export function createAnswer(result: ExecutionResult): Answer {
  let bytes: Buffer | undefined;
  return {
    result,
    bytes() {
      bytes ??= Buffer.from(JSON.stringify(formatResult(result)));
      return bytes;
    },
  };
}

/** An answer that nobody may come to ask for any more. */
function handled(result: Promise<ExecutionResult>): Promise<Answer> {
  const answer = result.then(createAnswer);
  answer.catch(() => undefined);
  return answer;
}
