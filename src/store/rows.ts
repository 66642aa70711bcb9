import type { Failure } from '../domain/account.ts';

/** A batch as one JSON parameter, to be opened by `json_to_recordset` in SQL: one round trip whatever its size. */
export function asRecords(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return JSON.stringify(rows);
}

/** A failure as its JSON column holds it. */
export function failureToJson(failure: Failure | null): string | null {
  return failure && JSON.stringify({ ...failure, retryAt: failure.retryAt?.toISOString() ?? null });
}

/** A failure read back from its JSON column. */
export function failureFromJson(value: unknown): Failure | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, message, retryAt } = value as Readonly<Record<string, unknown>>;
  return {
    kind: String(kind),
    message: String(message),
    retryAt: typeof retryAt === 'string' ? new Date(retryAt) : null,
  };
}
