import type { Arrival } from '../../simulator/host.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A request's body as a JSON object, or null where it is none. */
export function readJson({ text }: Arrival): Fields | null {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A JSON object's fields, or null where it is none. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** A list of texts, or null where it is none. Absent: empty. */
export function textsOf(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}
