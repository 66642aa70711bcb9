import type { JsonObject } from '../../domain/json.ts';
import { type Asked, fail, invalid, type Reply } from './simulator-replies.ts';

/** What one item of a request's body says. */
export type Fields = Readonly<Record<string, unknown>>;

/** The one item under the body's plural key; null where there is none. */
export function itemIn({ text }: Asked, name: string): Fields | null {
  const list = parse(text)?.[name];
  const item = Array.isArray(list) ? list[0] : undefined;
  return isObject(item) ? item : null;
}

/** What a body gets that is not of that shape. */
export const unreadable: Reply = fail(400, 'bad_request');

/** A problem with one field. */
export type Problem = readonly [field: string, title: string];

/** All that is wrong at once, as Rails tells it; null where nothing is. */
export function refusal(problems: readonly Problem[]): Reply | null {
  const [first, ...others] = problems;
  if (!first) return null;
  const reply = invalid(first[0], first[1]);
  const more = others.map(([field, title]): JsonObject => ({ code: 'validation_failed', field, title }));
  return { ...reply, body: { errors: [...(reply.body['errors'] as readonly JsonObject[]), ...more] } };
}

export function missing(fields: Fields, names: readonly string[]): readonly Problem[] {
  return names.flatMap((name) => {
    const value = fields[name];
    const blank = value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
    return blank ? [[name, "can't be blank"] as const] : [];
  });
}

export function outside(fields: Fields, name: string, list: readonly string[]): readonly Problem[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  return list.includes(String(value)) ? [] : [[name, 'is not included in the list']];
}

/** Ids may come as numbers or as text: the reference says one and shows the other. */
export function idIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Also as text, as the reference allows for `read`. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function parse(text: string): Fields | null {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
