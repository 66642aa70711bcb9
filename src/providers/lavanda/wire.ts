import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';

/*
 * Lavanda's words, read leniently: no nullability is documented, so every field may be missing or of another type than expected,
 * and then reads as null. Only what cannot be told apart (a thing without an id) fails to be read.
 */

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts; numbers are taken as written, since ids come as either (Building's `id` is an integer, all others are `ID`). */
const text = lenient((value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
});

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => value !== '');

const flag = lenient((value) => (typeof value === 'boolean' ? value : null));

const quantity = lenient((value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
});

const moment = lenient((value) => (typeof value === 'string' ? momentOf(value) : null));

/** A calendar day, from a day or from the beginning of a moment as it is written. */
const day = lenient((value) => (typeof value === 'string' ? dayOf(value) : null));

export const wireParticipant = z.object({ id: text, name: text, email: text });

/** L-MSG, `Conversation`; its `messages` are read apart, as their shape is learned. */
export const wireConversation = z.object({ id, participant: nullable(wireParticipant) });

/** L-MSG, `ConversationMessage`. */
export const wireMessage = z.object({
  id,
  body: text,
  automated: flag,
  channel: text,
  sentAt: moment,
  sentBy: text,
  read: flag,
  urgent: flag,
  priority: quantity,
  snoozeUntil: moment,
});

/** L-BOOK, `Booking`, as far as it is used. */
export const wireBooking = z.object({
  id,
  status: text,
  confirmationCode: text,
  checkIn: day,
  checkOut: day,
  guestsCount: quantity,
  listingId: text,
});

/** L-LEAD, `CrmLead`, as far as it is used. */
export const wireLead = z.object({
  id,
  applicationStatus: text,
  status: nullable(z.object({ internalReference: text })),
  uniqueReference: text,
  estimatedCheckIn: day,
  estimatedCheckOut: day,
  totalAdults: quantity,
  totalChildren: quantity,
  contact: nullable(z.object({ firstName: text, lastName: text, email: text })),
  building: nullable(z.object({ name: text })),
});

/** L-WS, `Workspace`. */
export const wireWorkspace = z.object({ id, name: text, status: text, demo: flag });

const wirePageInfo = z.object({ hasNextPage: flag, endCursor: text, hasPreviousPage: flag, startCursor: text });

/** L-AUTH: a token's answer; `expires_in` is in seconds. */
export const wireToken = z.object({ access_token: z.string().min(1), expires_in: quantity });

const wireError = z.object({
  message: text,
  path: lenient((value) => (Array.isArray(value) ? value.filter((step) => isStep(step)) : null)),
  extensions: nullable(z.object({ code: text })),
});

/** One entry of `errors`. `path` is null where the whole document is meant. */
export interface GraphqlError {
  readonly message: string;
  readonly code: string | null;
  readonly path: readonly (string | number)[] | null;
}

/** A list as it came: bare, by `nodes` or by `edges`. A thing that stands alone is a list of one, null an empty one. */
export interface WireList {
  readonly items: readonly Json[];
  /** Whether all was given at once: there were no pages. */
  readonly whole: boolean;
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
}

/** Reads a list in any of its forms. */
export function readList(value: Json | undefined): WireList {
  const page = isObject(value) ? value : null;
  const pageInfo = wirePageInfo.safeParse(page?.pageInfo).data;
  const hasNextPage = pageInfo?.hasNextPage ?? false;
  const hasPreviousPage = pageInfo?.hasPreviousPage ?? false;
  const { endCursor = null, startCursor = null } = pageInfo ?? {};
  const whole = !page || !('nodes' in page || 'edges' in page);
  return { items: itemsOf(value), whole, hasNextPage, endCursor, hasPreviousPage, startCursor };
}

/** The errors of an answer; an entry that cannot be read still counts as one. */
export function readErrors(value: Json | undefined): readonly GraphqlError[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry) => {
    const error = wireError.safeParse(entry).data;
    return { message: error?.message ?? '', code: error?.extensions?.code ?? null, path: error?.path ?? null };
  });
}

/** A moment in ISO 8601, with or without milliseconds or zone; without a zone it is UTC. Null where it is none. */
export function momentOf(value: string): Date | null {
  const [, date, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(.*))?$/.exec(value) ?? [];
  if (date === undefined) return null;
  const moment = new Date(`${date}T${time ?? '00:00'}${zone === undefined || /^(UTC)?$/.test(zone) ? 'Z' : zone}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function dayOf(value: string): string | null {
  return momentOf(value.slice(0, 10)) ? value.slice(0, 10) : null;
}

function itemsOf(value: Json | undefined): readonly Json[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.filter((item) => item !== null);
  if (!isObject(value)) return [value];
  if ('nodes' in value) return itemsOf(value.nodes);
  if (!('edges' in value)) return [value];
  return itemsOf(itemsOf(value.edges).map((edge) => (isObject(edge) ? (edge.node ?? null) : edge)));
}

function isStep(step: unknown): step is string | number {
  return typeof step === 'string' || typeof step === 'number';
}

function lenient<T>(read: (value: unknown) => T) {
  return z.unknown().optional().transform(read);
}

function nullable<T extends z.ZodType>(shape: T) {
  return lenient((value): z.infer<T> | null => shape.safeParse(value).data ?? null);
}
