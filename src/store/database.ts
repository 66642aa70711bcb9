import { dirname } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type EmbeddedStore, openEmbedded } from './embedded/store.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import { awaitMigrated, migrate, migrationsDirectory } from './migrations.ts';
import { type RunTransaction, transactionsOn } from './transactions.ts';

/** Inside a transaction: all of Prisma but what would open another. */
export type Transaction = Prisma.TransactionClient;

/** PostgreSQL, ours or a given one, brought up to date. */
export interface Database {
  readonly kind: 'embedded' | 'postgres';
  /** How another process of this machine reaches it, `psql` among them. */
  readonly url: string;
  /** The directory of the embedded database; null where it is a given one. */
  readonly dataDir: string | null;
  readonly prisma: PrismaClient;
  /** The connections that Prisma uses too. */
  readonly pool: pg.Pool;
  /**
   * Runs `run` in one READ COMMITTED transaction, and again, up to 5 times in all, where the database gave it up to resolve
   * a conflict: `run` must have no effect but by `tx`. It has 15 s. On the embedded database everything else waits meanwhile,
   * so whatever `run` awaits must go through `tx`, too.
   */
  readonly transaction: RunTransaction;
  /** Closes the connections, and the embedded database where this process started it. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL to use; null: the embedded database in `dataDir`. */
  readonly url: string | null;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log?: Log;
  /** Connections at most; 10 by default. */
  readonly poolSize?: number;
  /** `prisma/migrations` by default. */
  readonly migrations?: string;
  /** Uses the database of the server that has the data directory open, where one has. For command lines. */
  readonly attach?: boolean;
  /** Told when the embedded database ends by itself. By default that ends this process too, as an uncaught exception. */
  readonly onLost?: (error: Error) => void;
}

/** Opens the database and applies what migrations it lacks. Throws `DirectoryInUseError` where another server has the directory. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url !== null) return openAt({ connectionString: options.url }, 'postgres', options.url, null, options);
  const store = await openEmbedded(options.dataDir, options.attach ?? false, options.onLost ?? failLoudly);
  const host = dirname(store.socket);
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(host)}`;
  return openAt({ host, user: 'postgres', database: 'postgres' }, 'embedded', url, store, options);
}

async function openAt(
  connection: pg.PoolConfig,
  kind: Database['kind'],
  url: string,
  store: EmbeddedStore | null,
  options: DatabaseOptions,
): Promise<Database> {
  const { clock, log, poolSize = 10, migrations = migrationsDirectory } = options;
  try {
    if (store?.attached) await awaitMigrated(connection, migrations, clock);
    else await migrate(connection, migrations);
  } catch (error) {
    await store?.close();
    throw error;
  }
  const pool = new pg.Pool({ ...connection, max: poolSize, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  pool.on('error', (error) => log?.warn({ err: error }, 'a database connection broke while unused'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    ...{ kind, url, prisma, pool, dataDir: store && options.dataDir },
    transaction: transactionsOn(prisma, pool),
    async close() {
      await prisma.$disconnect();
      await pool.end();
      await store?.close();
    },
  };
}

const CONNECT_WITHIN_MS = 30_000;

// Out of any promise, so that nothing can swallow it.
function failLoudly(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
