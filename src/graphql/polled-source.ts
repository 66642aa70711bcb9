/** Whoever waits for a source. */
export interface Waiter {
  /** `poll` may have something to say by now. Must not throw. */
  ready(): void;
}

/** What is asked for what it has at hand: to tell thousands of the same event takes no promise for each of them. */
export interface PolledSource<Item extends object> {
  /** The next item; undefined where there is none yet, null at the end. Throws what ended it, once. */
  poll(): Item | null | undefined;
  /** Has that one told from now on, and no other; never while it polls or closes. */
  tell(waiter: Waiter): void;
  /** Ends it at once, and frees what it stands on. */
  close(): void;
}

const end: IteratorResult<never> = { value: undefined, done: true };

/** The same for whoever reads one item after the other. `return` ends it at once, also while it waits. */
export function eachOf<Item extends object>(source: PolledSource<Item>): AsyncIterableIterator<Item> {
  let waiting: PromiseWithResolvers<IteratorResult<Item>> | null = null;
  const settle = (how: (one: PromiseWithResolvers<IteratorResult<Item>>) => void): void => {
    const one = waiting;
    waiting = null;
    if (one) how(one);
  };
  const ready = (): void => {
    if (!waiting) return;
    try {
      const item = source.poll();
      if (item !== undefined) settle(({ resolve }) => resolve(item === null ? end : { value: item, done: false }));
    } catch (error) {
      settle(({ reject }) => reject(error));
    }
  };
  source.tell({ ready });
  return {
    next() {
      const one = Promise.withResolvers<IteratorResult<Item>>();
      waiting = one;
      ready();
      return one.promise;
    },
    async return() {
      source.close();
      settle(({ resolve }) => resolve(end));
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
