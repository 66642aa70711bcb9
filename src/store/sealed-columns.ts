/** A column whose values are sealed, each bound to its row as `table:id:column`. Its table has one key column, `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
}

/** Every sealed column there is: what is not here would not be carried over to a new key. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'key_check', column: 'sealed' },
  { table: 'account', column: 'credentials' },
  { table: 'account', column: 'memory' },
  { table: 'erasure_key', column: 'sealed' },
];

/** Columns of bytes that are not sealed, and why that is right. */
export const plainColumns: Readonly<Record<string, string>> = {
  'token.hash': 'a digest of 32 random bytes: nothing can be found from it',
  'budget.key': 'a digest',
  'tombstone.digest': 'a keyed digest',
  'idempotency_key.input_hash': 'a digest',
};
