import type { Database } from './database.ts';
import { type Cell, moment, readRows, toDate } from './statement.ts';

/** An hour's requests as they stand. */
export interface BudgetState {
  readonly used: number;
  /** Requests an hour, as the provider last said. */
  readonly allowed: number;
  readonly resetsAt: Date;
}

/** Whose hour it is: no tenant's, for an application may stand behind accounts of several. */
export interface BudgetKey {
  readonly provider: string;
  /** SHA-256 of the module's `budgetKey`. */
  readonly key: Uint8Array;
}

/** The hour that begins now, where none is under way. */
export interface NewHour {
  readonly now: Date;
  readonly resetsAt: Date;
  /** Requests an hour where the provider has not said how many. */
  readonly usual: number;
}

/** Takes one request out of the hour, over all processes. `taken: false` where it is used up. */
export async function takeRequest(
  db: Database,
  { provider, key }: BudgetKey,
  { now, resetsAt, usual }: NewHour,
): Promise<BudgetState & { readonly taken: boolean }> {
  const bytes = Uint8Array.from(key);
  const latest = latestReset(now);
  const [row] = await db.prisma.$queryRaw<BudgetRow[]>`
    INSERT INTO budget AS b (provider, key, resets_at, used, allowed) VALUES (${provider}, ${bytes}, ${resetsAt}, 1, ${usual})
    ON CONFLICT (provider, key) DO UPDATE SET
      used = CASE WHEN b.resets_at > ${now} AND b.resets_at <= ${latest} THEN b.used + 1 ELSE 1 END,
      resets_at = CASE WHEN b.resets_at > ${now} AND b.resets_at <= ${latest} THEN b.resets_at ELSE ${resetsAt} END
    WHERE NOT (b.resets_at > ${now} AND b.resets_at <= ${latest}) OR b.used < b.allowed
    RETURNING used, allowed, resets_at`;
  if (row) return { ...toState(row), taken: true };
  return { ...(await budgetState(db, { provider, key }, { now, resetsAt, usual })), taken: false };
}

/** The hour as it stands. */
export async function budgetState(db: Database, { provider, key }: BudgetKey, hour: NewHour): Promise<BudgetState> {
  const row = await db.prisma.budget.findUnique({ where: { provider_key: { provider, key: Uint8Array.from(key) } } });
  if (row && row.resets_at > hour.now && row.resets_at <= latestReset(hour.now)) return toState(row);
  return { used: 0, allowed: row?.allowed ?? hour.usual, resetsAt: hour.resetsAt };
}

/**
 * Notes what the provider said. Requests in flight are counted here and not yet there, so within one hour the larger number of used ones
 * stands; word of an hour that is over changes nothing.
 */
export async function noteBudget(
  db: Database,
  { provider, key }: BudgetKey,
  told: BudgetState,
  now: Date,
): Promise<void> {
  if (told.resetsAt <= now) return;
  await db.prisma.$executeRaw`
    UPDATE budget SET allowed = ${told.allowed}, resets_at = ${told.resetsAt},
      used = CASE WHEN resets_at = ${told.resetsAt} THEN greatest(used, ${told.used}) ELSE ${told.used} END
    WHERE provider = ${provider} AND key = ${Uint8Array.from(key)}`;
}

/** Notes until when a provider asked to be left alone: an hour in which nothing is allowed. A longer one stands. */
export async function noteSilence(db: Database, { provider, key }: BudgetKey, until: Date): Promise<void> {
  await db.prisma.$executeRaw`
    INSERT INTO budget AS b (provider, key, resets_at, used, allowed) VALUES (${provider}, ${Uint8Array.from(key)}, ${until}, 0, 0)
    ON CONFLICT (provider, key) DO UPDATE SET resets_at = greatest(b.resets_at, ${until})`;
}

/** Until when a provider asked, as any process was told; it may be over. */
export async function silenceUntil(db: Database, { provider, key }: BudgetKey): Promise<Date | null> {
  const [row] = await readRows<[Cell]>(db, {
    name: 'silence-until',
    text: `SELECT ${moment('resets_at')} FROM budget WHERE provider = $1 AND key = $2`,
    values: [provider, key],
  });
  return row?.[0] ? toDate(row[0]) : null;
}

/** An hour that ends later than this was noted by a clock that was wrong, and would otherwise hold for as long as that was ahead. */
function latestReset(now: Date): Date {
  return new Date(now.getTime() + 3_600_000);
}

interface BudgetRow {
  readonly used: number;
  readonly allowed: number;
  readonly resets_at: Date;
}

function toState(row: BudgetRow): BudgetState {
  return { used: row.used, allowed: row.allowed, resetsAt: row.resets_at };
}
