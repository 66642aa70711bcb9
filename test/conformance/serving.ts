import { afterAll, afterEach, beforeAll } from 'vitest';
import type { TransportOptions } from '../../src/graphql/transport.ts';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';
import { type RawSocket, rawSocket } from './raw-socket.ts';

/** One API for all tests of a file. */
export interface Serving {
  /** To be used inside of tests only. */
  readonly served: Served;
  readonly db: Database;
  connect(protocol?: string | null): Promise<RawSocket>;
  /** A socket that has introduced itself. */
  greeted(token?: string): Promise<RawSocket>;
  /** Has the store's reads wait, or fail, until what is returned is called. Rows are still written. */
  onReads(instead: (sql: string) => Promise<void>): () => void;
  /** Resolves when that many subscriptions are open. */
  readers(count: number): Promise<void>;
}

/** Serves the API while the tests of a file run; `whenServed` is told once. */
export function serving(options: Partial<TransportOptions> = {}, whenServed?: (served: Served) => void): Serving {
  let db: Database;
  let served: Served;
  const open: RawSocket[] = [];
  beforeAll(async () => {
    db = await testDatabase('embedded');
    served = await serve(db, options);
    whenServed?.(served);
  });
  afterAll(async () => {
    await served.close();
    await db.close();
  });
  afterEach(() => {
    for (const { socket } of open.splice(0)) socket.terminate();
  });
  const connect: Serving['connect'] = async (protocol) => {
    const raw = await rawSocket(served, protocol);
    open.push(raw);
    return raw;
  };
  return {
    get served() {
      return served;
    },
    get db() {
      return db;
    },
    connect,
    async greeted(token = served.token) {
      const raw = await connect();
      await raw.greet(token);
      return raw;
    },
    onReads(instead) {
      const { query } = db.pool;
      db.pool.query = (async (...args: unknown[]) => {
        await instead(JSON.stringify(args[0]));
        return Reflect.apply(query, db.pool, args) as unknown;
      }) as typeof query;
      return () => {
        db.pool.query = query;
      };
    },
    async readers(count) {
      while (served.transport.feeds.readers !== count) await served.post('{ eventCursor }');
    },
  };
}
