import { ProviderError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Slot } from '../contract.ts';
import { type Ask, dataOf, type Reply } from './asking.ts';
import { aliasOf, type ListAsk, listsDocument } from './documents.ts';
import { asProviderError, PROVIDER } from './failures.ts';
import { type GraphqlError, isObject, readList } from './wire.ts';

/** One page of a list, in the provider's order. */
export interface ListPage {
  readonly items: readonly Json[];
  /** Where the next page starts; null at the end, also where the cursor did not move. */
  readonly next: string | null;
  /** The last cursor of this page. */
  readonly end: string | null;
  /** Parts of items that were not answered. */
  readonly gaps: readonly { readonly error: ProviderError; readonly path: readonly (string | number)[] }[];
}

/** Pages of several lists in one document; slot i answers ask i. */
export async function readListPages(
  ask: Ask,
  operation: string,
  asks: readonly ListAsk[],
): Promise<readonly Slot<ListPage>[]> {
  const reply = await ask(operation, listsDocument(asks));
  const data = dataOf(reply);
  return asks.map((one, index) => {
    const value = valueAt(data, [aliasOf(index), ...one.list.path.slice(1)]);
    const errors = errorsOf(reply, index);
    if (value === null) return { ok: false, error: missing(operation, reply, errors) };
    return { ok: true, value: pageOf(value, one, reply, errors) };
  });
}

/** One page of one list. Throws where it is not answered. */
export async function readListPage(ask: Ask, operation: string, one: ListAsk): Promise<ListPage> {
  const [slot] = await readListPages(ask, operation, [one]);
  if (slot?.ok && slot.value) return slot.value;
  throw slot && !slot.ok ? slot.error : asProviderError(operation, slot);
}

/** What lies at a path; null where there is nothing. */
export function valueAt(data: unknown, path: readonly string[]): Json {
  let value: unknown = data;
  for (const step of path) value = isObject(value) ? value[step] : null;
  return (value ?? null) as Json;
}

/** The errors that concern one alias. */
export function errorsOf(reply: Reply, index: number): readonly GraphqlError[] {
  return reply.errors.filter(({ path }) => path?.[0] === aliasOf(index));
}

function missing(operation: string, reply: Reply, errors: readonly GraphqlError[]): ProviderError {
  if (reply.errors.length > 0) return reply.failure(errors.length > 0 ? errors : reply.errors);
  const message = 'the list was not answered';
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message });
}

function pageOf(value: Json, { window }: ListAsk, reply: Reply, errors: readonly GraphqlError[]): ListPage {
  const { items, hasNextPage, endCursor } = readList(value);
  const asked = 'first' in window ? window.after : null;
  return {
    items,
    next: hasNextPage && endCursor !== asked ? endCursor : null,
    end: endCursor,
    gaps: errors.map((error) => ({ error: reply.failure([error]), path: error.path ?? [] })),
  };
}
