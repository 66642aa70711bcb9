import type { Json, JsonObject } from '../../domain/json.ts';
import { type Asked, invalid, notFound, type Reply } from './simulator-replies.ts';
import { headerTime, readTime } from './simulator-times.ts';

/** One kind of thing that the API reads. */
export interface Resource<R extends { readonly id: number }> {
  /** The plural key of its envelope. */
  readonly name: string;
  readonly path: string;
  /** Default and largest page. */
  readonly perPage: number;
  /** Whether answers carry the clock to go on from. */
  readonly synced: boolean;
  /** Where associations lead. */
  readonly templates: Readonly<Record<string, string>>;
  /** Everything that the query does not leave out; `since` where it names a time. */
  list(asked: Asked, since: Date | null): readonly R[];
  find(asked: Asked, id: number): R | null;
  /** Absent: changes are not known. */
  updatedAt?(asked: Asked, row: R): Date;
  deletedSince?(asked: Asked, since: Date): readonly number[];
  show(asked: Asked, row: R): JsonObject;
  /** What `include` can embed; undefined where it may not. */
  readonly includes?: Readonly<Record<string, (asked: Asked, row: R) => Json | undefined>>;
  /** Told of the rows that a caller has read. */
  read?(asked: Asked, rows: readonly R[]): void;
}

/** What reads one kind of thing, whatever it is. */
export interface Reading {
  list(asked: Asked): Reply;
  ids(asked: Asked, ids: readonly string[]): Reply;
}

/** Puts a resource behind its two addresses. */
export function reading<R extends { readonly id: number }>(resource: Resource<R>): Reading {
  return {
    list(asked) {
      const text = asked.query.get('updated_since');
      const since = text === null ? null : readTime(text);
      if (text !== null && since === null) return invalid('updated_since', 'is invalid');
      const rows = resource.list(asked, since);
      const { updatedAt } = resource;
      const fresh = since && updatedAt ? rows.filter((row) => updatedAt(asked, row).getTime() > since.getTime()) : rows;
      return page(resource, asked, fresh, since);
    },
    ids(asked, ids) {
      const wanted = [...new Set(ids.map((id) => (/^\d{1,15}$/.test(id) ? Number(id) : -1)))].sort((a, b) => a - b);
      const rows = wanted.flatMap((id) => resource.find(asked, id) ?? []);
      return rows.length === 0 && ids.length === 1 ? notFound : page(resource, asked, rows, null);
    },
  };
}

/** The answer to what was made or changed. */
export function written<R extends { readonly id: number }>(
  resource: Resource<R>,
  asked: Asked,
  row: R,
  status: 200 | 201,
): Reply {
  // The two nulls were recorded on POST.
  const meta = status === 201 ? { 'X-Total-Pages': null, 'X-Total-Count': null } : {};
  const location = { location: `${asked.base}/${resource.path}/${row.id}` };
  return {
    status,
    body: { links: templatesOf(resource, asked.base), [resource.name]: [item(resource, asked, row)], meta },
    headers: { ...synced(resource, asked), ...(status === 201 ? location : {}) },
  };
}

/** URI templates, as they stand above every answer. */
export function templatesOf(
  { name, templates }: Pick<Resource<never>, 'name' | 'templates'>,
  base: string,
  key = name,
): JsonObject {
  return Object.fromEntries(
    Object.entries(templates).map(([association, path]) => {
      const variable = `{${key}.${association}}`;
      return [`${key}.${association}`, path.includes('{') ? `${base}/${path}` : `${base}/${path}/${variable}`];
    }),
  );
}

function page<R extends { readonly id: number }>(
  resource: Resource<R>,
  asked: Asked,
  rows: readonly R[],
  since: Date | null,
): Reply {
  const perPage = Math.min(resource.perPage, countIn(asked.query.get('per_page'), resource.perPage));
  const current = countIn(asked.query.get('page'), 1);
  const last = Math.max(1, Math.ceil(rows.length / perPage));
  const told = rows.slice((current - 1) * perPage, current * perPage);
  resource.read?.(asked, told);
  const links = linksOf(asked, current, last);
  const counts = { 'X-Total-Pages': `${last}`, 'X-Total-Count': `${rows.length}`, 'X-Per-Page': `${perPage}` };
  const deleted = since && resource.deletedSince?.(asked, since);
  return {
    status: 200,
    body: {
      links: templatesOf(resource, asked.base),
      [resource.name]: asked.handling.arrange(told.map((row) => item(resource, asked, row))),
      meta: { Link: links, ...counts, ...(deleted ? { deleted_ids: deleted } : {}) },
    },
    headers: {
      link: Object.entries(links)
        .map(([rel, url]) => `<${url}>; rel="${rel}"`)
        .join(', '),
      ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [name.toLowerCase(), value])),
      'x-current-page': `${current}`,
      ...synced(resource, asked),
    },
  };
}

function synced<R extends { readonly id: number }>(resource: Resource<R>, { ledger }: Asked): Record<string, string> {
  if (!resource.synced) return {};
  return { 'x-updated-since-request-synced-at': headerTime(ledger.clock.now()) };
}

/** The addresses keep the query, in alphabetical order. On the last page `next` is absent. */
function linksOf(asked: Asked, current: number, last: number): Readonly<Record<string, string>> {
  const at = (page: number): string => {
    const query = new URLSearchParams(asked.query);
    query.set('page', `${page}`);
    query.sort();
    return `${asked.base}/${asked.path}?${query}`;
  };
  return {
    first: at(1),
    ...(current > 1 ? { prev: at(Math.min(current - 1, last)) } : {}),
    ...(current < last ? { next: at(current + 1) } : {}),
    last: at(last),
  };
}

function item<R extends { readonly id: number }>(resource: Resource<R>, asked: Asked, row: R): JsonObject {
  const whole = resource.show(asked, row);
  const fields = namesIn(asked.query.get('fields'));
  const kept = fields.length === 0 ? whole : only(whole, ['id', 'links', ...fields]);
  return { ...kept, ...embedded(resource, asked, row) };
}

function embedded<R extends { readonly id: number }>(resource: Resource<R>, asked: Asked, row: R): JsonObject {
  if (asked.ledger.switches.ignoreInclude) return {};
  const parts = namesIn(asked.query.get('include')).map((name): readonly [string, Json | undefined] => [
    name,
    resource.includes?.[name]?.(asked, row),
  ]);
  return Object.fromEntries(parts.flatMap(([name, part]) => (part === undefined ? [] : [[name, part] as const])));
}

function only(whole: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
}

function namesIn(list: string | null): readonly string[] {
  return (list ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
}

function countIn(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
