/** What every row has. */
export interface Row {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** It cannot be read before that, in milliseconds. */
  readonly shownFrom: number;
}

export type RowEvent = 'created' | 'updated';

export interface TableOptions<R extends Row> {
  readonly firstId: number;
  now(): Date;
  /** The rows of one group are found fast. */
  groupOf?(row: R): number;
  tell?(event: RowEvent, row: R): void;
}

/** Rows under ascending ids, which remember when they changed and which of them are gone. */
export interface Table<R extends Row> {
  get(id: number): R | undefined;
  /** Ascending by id. */
  all(): readonly R[];
  /** Of one group, ascending by id. */
  of(group: number): readonly R[];
  add(make: (id: number) => R): R;
  /** Dated `at`; absent: now. */
  change(id: number, change: Partial<R>, at?: Date): R;
  /** Soft: its id is told from now on as deleted. */
  remove(id: number): void;
  deletedSince(since: Date): readonly number[];
}

/** An empty table. */
export function createTable<R extends Row>(options: TableOptions<R>): Table<R> {
  const rows = new Map<number, R>();
  const groups = new Map<number, Set<number>>();
  const deleted = new Map<number, Date>();
  let nextId = options.firstId;
  const get = (id: number): R | undefined => rows.get(id);
  return {
    get,
    all: () => [...rows.values()],
    of: (group) => [...(groups.get(group) ?? [])].flatMap((id) => rows.get(id) ?? []),
    add(make) {
      const row = make(nextId);
      nextId += 1;
      rows.set(row.id, row);
      const group = options.groupOf?.(row);
      if (group !== undefined) groups.set(group, (groups.get(group) ?? new Set()).add(row.id));
      options.tell?.('created', row);
      return row;
    },
    change(id, change, at = options.now()) {
      const before = rows.get(id);
      if (!before) throw new RangeError(`[simulator] no row ${id}`);
      const row = { ...before, ...change, updatedAt: at };
      rows.set(id, row);
      if (at.getTime() !== before.updatedAt.getTime()) options.tell?.('updated', row);
      return row;
    },
    remove(id) {
      const row = rows.get(id);
      if (!row) return;
      groups.get(options.groupOf?.(row) ?? -1)?.delete(id);
      rows.delete(id);
      deleted.set(id, options.now());
    },
    deletedSince: (since) => [...deleted].flatMap(([id, at]) => (at > since ? [id] : [])),
  };
}
