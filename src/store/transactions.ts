import pg from 'pg';
import { Prisma, type PrismaClient } from './generated/client.ts';

/** Runs a function in a transaction. */
export type RunTransaction = <T>(run: (tx: Prisma.TransactionClient) => Promise<T>) => Promise<T>;

// On the embedded database a transaction waits for its turn behind all others.
const WAIT_MS = 30_000;
const TIMEOUT_MS = 15_000;
const TRIES = 5;
// serialization_failure and deadlock_detected: the transaction was undone as a whole, and nothing says that it would fail again.
const CONFLICTS = new Set(['40001', '40P01']);

/** Transactions by Prisma, at READ COMMITTED whatever the database's default. */
export function transactionsOn(prisma: PrismaClient, pool: pg.Pool): RunTransaction {
  // PostgreSQL's default, mostly; setting it costs each transaction a round trip.
  let isDefault: Promise<boolean> | null = null;
  return async (run) => {
    isDefault ??= isReadCommitted(pool);
    const isolation = (await isDefault) ? {} : { isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted };
    for (let attempt = 1; ; attempt++) {
      try {
        return await prisma.$transaction(run, { maxWait: WAIT_MS, timeout: TIMEOUT_MS, ...isolation });
      } catch (error) {
        if (attempt === TRIES || !isConflict(error)) throw error;
      }
    }
  };
}

async function isReadCommitted(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ default_transaction_isolation: string }>('SHOW default_transaction_isolation');
  return rows[0]?.default_transaction_isolation === 'read committed';
}

/** Prisma says P2034 for its own statements, and for raw ones P2010 with the adapter's error beneath. */
function isConflict(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return CONFLICTS.has(error.code ?? '');
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2034') return true;
  const beneath = error.meta?.['driverAdapterError'];
  return beneath instanceof Error && CONFLICTS.has(originalCode(beneath.cause));
}

function originalCode(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('originalCode' in cause)) return '';
  return String(cause.originalCode);
}
