import type { Database, Transaction } from '../../src/store/database.ts';

/** What the statement throws at which a crash was asked for. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** That database, whose process dies before the `at`-th statement of each transaction (from 1). */
export function crashingAt(db: Database, at: number): Database {
  return { ...db, transaction: (run) => db.transaction((tx) => run(dyingAt(tx, at))) };
}

function dyingAt(tx: Transaction, at: number): Transaction {
  let made = 0;
  const watch = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === 'function')
          return (...args: unknown[]): unknown => {
            made += 1;
            if (made === at) throw new CrashError(`statement ${at}`);
            return Reflect.apply(value, target, args);
          };
        return typeof value === 'object' && value !== null ? watch(value) : value;
      },
    });
  return watch(tx);
}

/**
 * Does a piece of work again and again, dying before its first statement, then before its second, and so on, until it gets through.
 * After each death `check` is called. Answers how often it died.
 */
export async function dieEverywhere(
  db: Database,
  work: (db: Database) => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    try {
      await work(crashingAt(db, at));
      return at - 1;
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
      await check();
    }
  }
}
