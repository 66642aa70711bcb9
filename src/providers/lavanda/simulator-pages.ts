import { GraphQLError } from 'graphql';
import type { Handling } from '../../simulator/host.ts';
import { countBefore, type Place } from '../../simulator/ordered.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

/** The paging arguments of any list. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** What a list is made of: its items oldest first, and how each is placed, named and shown. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  placeOf(item: Item): Place;
  toExternal(id: number): string;
  toInternal(externalId: string): number | null;
  show(item: Item): object;
}

// "At most 25 per page" (docs.lavanda.app, "Dev API migration").
const largestPage = 25;

/** A page of a list as a connection with every part that any generation has. */
export function pageOf<Item>(list: Listed<Item>, args: PageArguments, switches: LavandaSwitches, handling: Handling) {
  const size = sizeOf(args.first, switches);
  const rest = restAfter(list, args.after, switches.order);
  const page = rest.slice(0, size);
  const edges = page.map((item) => ({ cursor: cursorOf(list, item), node: () => list.show(item) }));
  const shown = handling.arrange(edges);
  return {
    edges: shown,
    nodes: () => shown.map((edge) => edge.node()),
    totalCount: list.items.length,
    pageInfo: {
      hasNextPage: rest.length > page.length,
      hasPreviousPage: rest.length < list.items.length,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function sizeOf(first: number | null | undefined, switches: LavandaSwitches): number {
  const wanted = first ?? switches.defaultPageSize;
  if (wanted < 0) throw badInput('first must not be negative');
  if (wanted > largestPage && switches.overLimit === 'error') throw badInput(`first must not exceed ${largestPage}`);
  return Math.min(wanted, largestPage);
}

/** Everything that comes after the cursor's place, in the order of the list: what was added meanwhile shifts nothing. */
function restAfter<Item>(list: Listed<Item>, after: string | null | undefined, order: 'asc' | 'desc'): readonly Item[] {
  const { items, placeOf } = list;
  if (after === null || after === undefined) return order === 'asc' ? items : items.toReversed();
  const place = readCursor(list, after);
  if (order === 'desc') return items.slice(0, countBefore(items, place, placeOf)).reverse();
  return items.slice(countBefore(items, { ...place, id: place.id + 1 }, placeOf));
}

function cursorOf<Item>(list: Listed<Item>, item: Item): string {
  const place = list.placeOf(item);
  return Buffer.from(JSON.stringify({ t: place.time, id: list.toExternal(place.id) })).toString('base64');
}

function readCursor<Item>(list: Listed<Item>, cursor: string): Place {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString());
    if (typeof read === 'object' && read !== null && 't' in read && 'id' in read) {
      const id = list.toInternal(String(read.id));
      if (typeof read.t === 'number' && id !== null) return { time: read.t, id };
    }
  } catch {
    // Not JSON: refused below like any other cursor that was made up.
  }
  throw badInput('Invalid cursor');
}

/** The error for arguments that cannot be meant. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
