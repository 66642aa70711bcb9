import type { Position, Slice, SliceRequest } from '../store/slice.ts';
import { badInput } from './errors.ts';
import { decodePageCursor, encodePageCursor, type ListName } from './page-cursor.ts';

/** The four arguments of every list. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Known at once, or looked up when it is selected. */
type Lazy = boolean | (() => Promise<boolean>);

export interface PageInfo {
  readonly hasNextPage: Lazy;
  readonly hasPreviousPage: Lazy;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

/** A page of a list. What costs something is made when it is selected. */
export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
  /** Null where the list is not known to its end. */
  totalCount(): Promise<number | null>;
}

/** What a page is made of. */
export interface PageSource<Node> {
  readonly list: ListName;
  readonly request: SliceRequest;
  readonly slice: Slice<Node>;
  positionOf(node: Node): Position;
  totalCount(): Promise<number | null>;
  /** Whether the list, under the same filter, has a row in that slice. */
  exists(request: SliceRequest): Promise<boolean>;
  /** Whether more is known to lie beyond what is stored. */
  readonly moreBeyond?: boolean;
}

const pageSize = { min: 1, default: 25, max: 100 } as const;

/** Checks a list's arguments. Throws BAD_USER_INPUT. */
export function pageRequest(list: ListName, { first, after, last, before }: PageArgs): SliceRequest {
  if (typeof first === 'number' && typeof last === 'number') throw badInput('Give first or last, not both.');
  const limit = first ?? last ?? pageSize.default;
  if (limit < pageSize.min || limit > pageSize.max)
    throw badInput(
      `${typeof last === 'number' ? 'last' : 'first'} must be from ${pageSize.min} to ${pageSize.max}, not ${limit}.`,
    );
  return {
    limit,
    from: typeof last === 'number' ? 'end' : 'start',
    after: typeof after === 'string' ? decodePageCursor(list, after) : null,
    before: typeof before === 'string' ? decodePageCursor(list, before) : null,
  };
}

/** A page as the schema shows it. */
export function createConnection<Node>(source: PageSource<Node>): Connection<Node> {
  const nodes = source.slice.rows;
  const cursorOf = (node: Node): string => encodePageCursor(source.list, source.positionOf(node));
  let edges: readonly Edge<Node>[] | undefined;
  let pageInfo: PageInfo | undefined;
  return {
    nodes,
    get edges() {
      edges ??= nodes.map((node) => ({ node, cursor: cursorOf(node) }));
      return edges;
    },
    get pageInfo() {
      pageInfo ??= pageInfoOf(source, cursorOf);
      return pageInfo;
    },
    totalCount: source.totalCount,
  };
}

function pageInfoOf<Node>(source: PageSource<Node>, cursorOf: (node: Node) => string): PageInfo {
  const { rows } = source.slice;
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    hasNextPage: source.moreBeyond === true || hasNext(source, last),
    hasPreviousPage: hasPrevious(source, first),
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
}

function hasNext<Node>({ request, slice, positionOf, exists }: PageSource<Node>, last: Node | undefined): Lazy {
  if (request.from === 'start' && slice.hasMore) return true;
  if (request.before === null) return false;
  const after = last === undefined ? null : positionOf(last);
  return () => exists({ limit: 1, from: 'start', after, before: null });
}

function hasPrevious<Node>({ request, slice, positionOf, exists }: PageSource<Node>, first: Node | undefined): Lazy {
  if (request.from === 'end' && slice.hasMore) return true;
  if (request.after === null) return false;
  const before = first === undefined ? null : positionOf(first);
  return () => exists({ limit: 1, from: 'end', after: null, before });
}

/** What a field that answers a page costs: itself, and its selection for each row asked for. */
export function pageCost(field: number): (args: PageArgs) => { field: number; multiplier: number } {
  return ({ first, last }) => ({ field, multiplier: Math.min(Math.max(first ?? last ?? pageSize.default, 1), 100) });
}
