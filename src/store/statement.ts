import type { Database } from './database.ts';

/*
 * Hot reads go straight through the driver: Prisma's row mapping costs more than the rows. Every value arrives as PostgreSQL writes it
 * and is decoded once, by the aggregate that asked. 1,050 messages of 18 columns, PostgreSQL 15 on the same two cores, in ms a query
 * (of which CPU in Node): driver's own parsers 5.1 (3.5), times as extract(epoch) * 1000 4.5 (2.3), as text in UTC 4.8 (2.8),
 * as date_part('epoch') 3.6 (2.0).
 */

/** A value as PostgreSQL writes it. */
export type Cell = string | null;

/** SQL made of fixed fragments, with everything that varies as a parameter. */
export interface Statement {
  /** Given for few, hot texts: the server then keeps the parsed statement with the connection. One name, one text. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Runs a statement and returns its rows as tuples of cells, in the order of its columns. */
export async function readRows<Row extends Cell[]>(db: Database, statement: Statement): Promise<readonly Row[]> {
  const { rows } = await db.pool.query<Row>({
    ...(statement.name !== undefined && { name: statement.name }),
    text: statement.text,
    values: [...statement.values],
    rowMode: 'array',
    types: asWritten,
  });
  return rows;
}

const asWritten = { getTypeParser: () => (value: string) => value };

/** Collects parameters while a text is put together: each one given is answered by its placeholder. */
export interface Parameters {
  readonly values: readonly unknown[];
  add(value: unknown): string;
}

/** Parameters that begin with the given ones, as $1 onwards. */
export function createParameters(...first: readonly unknown[]): Parameters {
  const values: unknown[] = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
}

/** The column to select for a moment, whatever the session's time zone and date style. */
export function moment(sql: string): string {
  return `date_part('epoch', ${sql})`;
}

/** The column to select for a calendar day, whatever the session's date style. */
export function day(sql: string): string {
  return `to_char(${sql}, 'YYYY-MM-DD')`;
}

/** Reads a `moment`. Seconds have a fraction that a double cannot hold exactly; stored times are whole milliseconds. */
export function toDate(cell: string): Date {
  return new Date(Math.round(Number(cell) * 1000));
}

/** Reads a `moment` that may be absent. */
export function toDateOrNull(cell: Cell): Date | null {
  return cell === null ? null : toDate(cell);
}

/** Reads a boolean that may be absent. */
export function toBooleanOrNull(cell: Cell): boolean | null {
  return cell === null ? null : cell === 't';
}

/** Reads a number that may be absent. */
export function toNumberOrNull(cell: Cell): number | null {
  return cell === null ? null : Number(cell);
}

/** Lines rows up with the keys that were asked for: slot i answers key i, null where nothing was found. */
export function lineUp<Row>(
  keys: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): (Row | null)[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) if (!byKey.has(keyOf(row))) byKey.set(keyOf(row), row);
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Groups rows under the keys that were asked for: list i answers key i, in the rows' order. */
export function groupUp<Row>(
  keys: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string | null,
): Row[][] {
  const groups = Map.groupBy(rows, keyOf);
  return keys.map((key) => groups.get(key) ?? []);
}
