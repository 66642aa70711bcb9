/**
 * Trouble that a simulated provider can be told to make. Where `effect` may be chosen it says whether the request was
 * carried out all the same, since the caller cannot tell: a reset connection looks alike with and without.
 */
export type Fault =
  /** Late by `ms` of the clock. Before the effect (default): who gives up meanwhile has changed nothing. */
  | { readonly kind: 'delay'; readonly ms: number; readonly effect?: 'after-wait' | 'before-wait' }
  /** Answers with that status instead, such as 429 or 503. `retryAfter` is a number of seconds, or a header as it is to be. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: number | string;
      readonly body?: string;
      readonly effect?: boolean;
    }
  /** Never answers; rejects only when the caller's signal aborts. */
  | { readonly kind: 'hang'; readonly effect?: boolean }
  /** The connection is refused: nothing was taken. */
  | { readonly kind: 'refuse' }
  /** The connection breaks after the request was written. Carried out (default), and the answer is lost. */
  | { readonly kind: 'cut'; readonly effect?: boolean }
  /** Carried out, but the answer cannot be read. Absent `body`: an HTML page. */
  | { readonly kind: 'garbage'; readonly body?: string }
  /** Carried out at once, answered only when that promise is fulfilled: so answers overtake each other. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** Taken twice, as when something on the way repeats it: two effects, the second one's answer. */
  | { readonly kind: 'repeat' }
  /** Lists in the answer hold each item twice, or in the opposite order within the page. */
  | { readonly kind: 'items'; readonly order: 'twice' | 'reversed' };

/** Which calls a fault meets. Absent `operation`: all. */
export interface FaultScope {
  readonly operation?: string;
}

/** A script of trouble, read by the simulator's host before each call. */
export interface Faults {
  /** The next matching call meets it, or the next `times`. Faults for the same call are met in the order in which they were asked for. */
  next(fault: Fault, scope?: FaultScope & { readonly times?: number }): void;
  /** Every matching call meets it, where no `next` is waiting, until the returned function is called. */
  always(fault: Fault, scope?: FaultScope): () => void;
  /** No more trouble. */
  clear(): void;
  /** How many asked for with `next` were not met yet. */
  readonly pending: number;
}

/** The host's side: takes the fault that this call meets. */
export interface FaultScript extends Faults {
  take(operation: string): Fault | null;
}

/** An empty script. */
export function createFaults(): FaultScript {
  const queue: Entry[] = [];
  const standing: Entry[] = [];
  return {
    next(fault, scope = {}) {
      for (let time = 0; time < (scope.times ?? 1); time += 1) queue.push({ fault, operation: scope.operation });
    },
    always(fault, scope = {}) {
      const entry = { fault, operation: scope.operation };
      standing.push(entry);
      return () => {
        const index = standing.indexOf(entry);
        if (index >= 0) standing.splice(index, 1);
      };
    },
    clear() {
      queue.length = 0;
      standing.length = 0;
    },
    get pending() {
      return queue.length;
    },
    take(operation) {
      const index = queue.findIndex((entry) => meets(entry, operation));
      if (index >= 0) return queue.splice(index, 1)[0]?.fault ?? null;
      return standing.findLast((entry) => meets(entry, operation))?.fault ?? null;
    },
  };
}

interface Entry {
  readonly fault: Fault;
  readonly operation: string | undefined;
}

function meets(entry: Entry, operation: string): boolean {
  return entry.operation === undefined || entry.operation === operation;
}
