import type { Json } from '../../domain/json.ts';
import type { Call } from '../contract.ts';
import type { Answer } from './client.ts';
import { isOfKind, nonsense } from './failures.ts';
import type { Ask } from './session.ts';
import { idOf, isObject, momentOf } from './wire.ts';

/** A list of the API: where it is, and under which name it answers. */
export interface List {
  readonly path: string;
  readonly name: string;
}

export const lists = {
  conversations: { path: '/inbox/conversations', name: 'conversations' },
  messages: { path: '/inbox/messages', name: 'messages' },
  participants: { path: '/inbox/participants', name: 'participants' },
  attachments: { path: '/inbox/attachments', name: 'attachments' },
  bookings: { path: '/bookings', name: 'bookings' },
  inquiries: { path: '/inquiries', name: 'inquiries' },
  clients: { path: '/clients', name: 'clients' },
  rentals: { path: '/rentals', name: 'rentals' },
  hosts: { path: '/hosts', name: 'hosts' },
  applications: { path: '/applications', name: 'applications' },
} as const satisfies Readonly<Record<string, List>>;

/** One page of a list. */
export interface ListPage {
  readonly items: readonly Json[];
  /** Pages there are; null where it is not said. */
  readonly pages: number | null;
  readonly hasNext: boolean;
  /** The provider's clock when it was asked. */
  readonly at: Date | null;
  /** What was deleted since the time that was asked about. */
  readonly deleted: readonly string[];
}

export interface PageQuery {
  readonly page: number;
  readonly query?: Readonly<Record<string, string | null>>;
}

/** How many things one answer holds (recorded; capped by the endpoint). */
export const PAGE_SIZE = 100;
// Neither how many ids a path may name is documented, nor how long it may be.
const MOST_IDS_LENGTH = 1500;

/** Reads one page. */
export async function readPage(ask: Ask, list: List, { page, query = {} }: PageQuery, call: Call): Promise<ListPage> {
  const asked = { method: 'GET', path: list.path, query: { ...query, page } } as const;
  return pageIn(list, page, await ask(list.name, asked, call));
}

/** Reads a whole list, page by page: for short ones. */
export async function readAll(ask: Ask, list: List, call: Call): Promise<readonly Json[]> {
  const items: Json[] = [];
  for (let page = 1; ; page += 1) {
    const read = await readPage(ask, list, { page }, call);
    items.push(...read.items);
    if (!read.hasNext || read.items.length === 0) return items;
  }
}

/** Reads things by their ids, as many at once as may be. What is not there is left out; the order is the provider's. */
export async function readByIds(
  ask: Ask,
  list: List,
  { ids, query = {} }: { readonly ids: readonly string[]; readonly query?: Readonly<Record<string, string>> },
  call: Call,
): Promise<readonly Json[]> {
  const groups = groupsOf([...new Set(ids)]);
  const items: Json[] = [];
  for (let from = 0; from < groups.length; from += AT_ONCE) {
    const some = groups.slice(from, from + AT_ONCE);
    items.push(...(await Promise.all(some.map((group) => readGroup(ask, list, group, query, call)))).flat());
  }
  const wanted = new Set(ids);
  return items.filter((item) => isObject(item) && wanted.has(idOf(item.id) ?? ''));
}

const AT_ONCE = 4;

/** Whether one missing id of several is left out or spoils the answer is not documented: then the halves are asked for. */
async function readGroup(
  ask: Ask,
  list: List,
  ids: readonly string[],
  query: Readonly<Record<string, string>>,
  call: Call,
): Promise<readonly Json[]> {
  const path = `${list.path}/${ids.join(',')}`;
  const items: Json[] = [];
  try {
    for (let page = 1; ; page += 1) {
      const more = page === 1 ? query : { ...query, page };
      const read = pageIn(list, page, await ask(list.name, { method: 'GET', path, query: more }, call));
      items.push(...read.items);
      // Endpoints have page sizes of their own: rentals come by fifty.
      if (!read.hasNext || items.length >= ids.length || read.items.length === 0) return items;
    }
  } catch (error) {
    if (!isOfKind(error, 'not-found')) throw error;
    if (ids.length === 1) return [];
    const half = Math.ceil(ids.length / 2);
    const first = await readGroup(ask, list, ids.slice(0, half), query, call);
    return [...first, ...(await readGroup(ask, list, ids.slice(half), query, call))];
  }
}

function groupsOf(ids: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = 0;
  for (const id of ids) {
    const last = groups.at(-1);
    length += id.length + 1;
    if (last && last.length < PAGE_SIZE && length <= MOST_IDS_LENGTH) last.push(id);
    else {
      groups.push([id]);
      length = id.length + 1;
    }
  }
  return groups;
}

/** Paging is told by headers, and once more in `meta`: either will do. */
export function pageIn(list: List, page: number, { headers, body }: Answer): ListPage {
  const items = body[list.name];
  if (!Array.isArray(items)) throw nonsense(list.name, `there are no ${list.name} in the answer`);
  const meta = isObject(body.meta) ? body.meta : {};
  const links = linksIn(headers.get('link'), meta.Link);
  const pages = numberOf(headers.get('x-total-pages')) ?? numberOf(meta['X-Total-Pages']) ?? pageOf(links.last);
  const { deleted_ids: deleted } = meta;
  return {
    items,
    pages,
    hasNext: links.next !== undefined || (pages !== null && page < pages),
    at: momentOf(headers.get('x-updated-since-request-synced-at')) ?? dateIn(headers),
    deleted: Array.isArray(deleted) ? deleted.flatMap((one) => idOf(one) ?? []) : [],
  };
}

function linksIn(header: string | null, meta: Json | undefined): { readonly next?: string; readonly last?: string } {
  const told = [...(header ?? '').matchAll(/<([^>]*)>\s*;\s*rel="?(\w+)"?/g)].map(([, url, rel]) => [rel, url]);
  const kept = isObject(meta) ? Object.entries(meta).filter(([, url]) => typeof url === 'string') : [];
  return Object.fromEntries([...kept, ...told]);
}

function pageOf(url: string | undefined): number | null {
  return numberOf(/[?&]page=(\d+)/.exec(url ?? '')?.[1]);
}

/** Some are numbers, some texts. */
function numberOf(value: unknown): number | null {
  const text = String(value ?? '').trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function dateIn(headers: Headers): Date | null {
  const date = new Date(headers.get('date') ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Orders ids as the provider counts them: numbers by their size. */
export function byId(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return a.length - b.length || compare(a, b);
  return compare(a, b);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
