import { createSecretFinder, REDACTED, type SecretFinder } from './secret-finder.ts';

const DEEPEST = 8;

/** Field names whose values are never shown: they end in one of these, in any case, with or without dashes. */
const secretNames =
  /(authorization|cookie|token|secrets?|password|passphrase|credentials?|apikey|secretkey|privatekey|signature)$/;

/** Names of what people wrote: kept out of logs altogether. */
const contentNames = new Set(['body', 'variables', 'raw']);

/** What is told of an error beside its name, message, stack and causes. Its other fields may hold anything. */
const errorFields = ['code', 'kind', 'provider', 'operation', 'retryAt'];

/** Secret values that are known. */
export type Secrets = Pick<SecretFinder, 'has' | 'clear'>;

/**
 * A plain copy of a log line's fields: secrets are taken out by field name, by known value and by form (bearer tokens,
 * passwords in URLs), errors become data with their causes, and nothing is circular.
 */
export function redact(fields: object, secrets: Secrets): Record<string, unknown> {
  return copyFields(fields, secrets, []);
}

/** A text without the known secrets and without what has the form of one. */
export function redactText(text: string, secrets: Secrets | readonly string[]): string {
  return clear(text, 'clear' in secrets ? secrets : createSecretFinder(secrets));
}

function copyFields(value: object, secrets: Secrets, above: readonly object[]): Record<string, unknown> {
  const entries = fieldsOf(value).map(([name, field]): [string, unknown] => [
    clear(name, secrets),
    shown(name) ?? copy(field, secrets, [...above, value]),
  ]);
  return Object.fromEntries(entries);
}

function copy(value: unknown, secrets: Secrets, above: readonly object[]): unknown {
  if (typeof value === 'string') return clear(value, secrets);
  if (typeof value === 'number') return secrets.has(String(value)) ? REDACTED : value;
  if (typeof value === 'bigint') return clear(String(value), secrets);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'boolean' || value === null ? value : undefined;
  if (above.includes(value)) return '[circular]';
  if (above.length >= DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => copy(item, secrets, [...above, value]));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return clear(value.origin + value.pathname, secrets);
  return copyFields(value, secrets, above);
}

function fieldsOf(value: object): [string, unknown][] {
  if (!(value instanceof Error)) return Object.entries(value);
  const { name, message, stack, cause } = value;
  const more = Object.entries(value).filter(([field]) => errorFields.includes(field));
  const parts: [string, unknown][] = value instanceof AggregateError ? [['errors', value.errors]] : [];
  return [['type', name], ['message', message], ['stack', stack], ...more, ...parts, ['cause', cause]];
}

/** What stands in for a field that is not shown, or undefined for all others. */
function shown(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[-_.]/g, '');
  if (secretNames.test(plain)) return REDACTED;
  return contentNames.has(plain) ? '[withheld]' : undefined;
}

function clear(text: string, secrets: Secrets): string {
  return secrets
    .clear(text)
    .replaceAll(/\b(bearer) [\w.~+/=-]{16,}/gi, `$1 ${REDACTED}`)
    .replaceAll(/(:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`);
}
