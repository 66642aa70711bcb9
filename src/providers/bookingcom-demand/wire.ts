import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';

/*
 * Booking.com's words, read leniently. One message is published in three shapes: the guides', that of 3.1 and that of 3.2-Beta.
 * Which of them an account meets is not settled by its version, so all are read wherever one can come.
 */

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts; numbers are taken as written, since samples show ids as either. Blank is not an id, but it is a text. */
const text = lenient((value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
});

const id = text.transform((value) => (value === '' ? null : value));

/** Bytes: a number, or written as a text (as in the 3.1 sample of `metadata`). */
const quantity = lenient((value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
});

const moment = lenient((value) => (typeof value === 'string' ? momentOf(value) : null));

const ids = lenient((value) => (Array.isArray(value) ? value.flatMap((one) => id.parse(one) ?? []) : []));

/** Who wrote, as far as `metadata` says: the property's name or, in threads, its id again. */
const metadata = z
  .object({ type: text, name: text, id: text, accommodation_id: text })
  .transform((raw) => ({ kind: raw.type?.toLowerCase() ?? null, label: raw.name || raw.id || null }));

const nobody = { kind: null, label: null };

export type WireMetadata = z.infer<typeof metadata>;

const wireSender = z
  .object({ participant: id, participant_id: id, metadata: nullable(metadata) })
  .transform((raw) => ({ id: raw.participant ?? raw.participant_id, ...(raw.metadata ?? nobody) }));

const messageFields = {
  ...{ id, message_id: id, message: id },
  ...{ content: text, attachments: ids, timestamp: moment },
};

/** A message of `latest`, with what it belongs to. Its id is null where none of the three names holds one. */
export const wireNews = z
  .object({
    ...messageFields,
    sender: nullable(wireSender),
    conversation: nullable(z.object({ id, conversation: id, accommodation: id, reservation: id })),
  })
  .transform(({ conversation, sender, ...raw }) => ({
    ...written(raw),
    sender: sender ?? { id: null, ...nobody },
    conversation: conversation?.id ?? conversation?.conversation ?? null,
    accommodation: conversation?.accommodation ?? null,
    reservation: conversation?.reservation ?? null,
  }));

/** A message of a thread; its sender is named by id alone, to be looked up among the participants. */
export const wireMessage = z
  .object({ ...messageFields, sender: z.union([z.string(), nullable(wireSender)]).optional() })
  .transform(({ sender, ...raw }) => ({
    ...written(raw),
    sender: typeof sender === 'string' ? sender : (sender?.id ?? null),
  }));

/** A thread; its messages and participants are read one by one. */
export const wireThread = z.object({ id, reservation: id, messages: list(), participants: list() });

export const wireParticipant = z
  .object({ id, participant: id, participant_id: id, metadata: nullable(metadata) })
  .transform((raw) => ({ id: raw.id ?? raw.participant ?? raw.participant_id, ...(raw.metadata ?? nobody) }));

export const wireFile = z.object({ file_name: text, file_type: text, file_size: quantity });

/** The thread of an answer: `conversation`, or `conversations` in the guides, a single object all the same. Null where there is none. */
export function readThread(data: JsonObject | null): JsonObject | null {
  const found = data?.conversation ?? data?.conversations ?? null;
  const one: Json | undefined = Array.isArray(found) ? found[0] : found;
  return isObject(one) && Object.keys(one).length > 0 ? one : null;
}

/** The id that an answer gives to what was made, under any of these names. */
export function readId(data: JsonObject | null, ...names: readonly string[]): string | null {
  return names.map((name) => id.parse(data?.[name])).find((value) => value !== null) ?? null;
}

/** What stands around an answer's data. */
export interface Envelope {
  /** What the request is called by the provider. */
  readonly requestId: string | null;
  /** In words; empty where nothing is said. */
  readonly errors: readonly string[];
}

const wireEnvelope = z.object({ request_id: text, errors: list() });
const wireError = z.object({ id: text, message: text });

/** Reads what stands around the data, of any answer: what cannot be read says nothing. */
export function readEnvelope(body: string): Envelope {
  const { request_id: requestId = null, errors = [] } = wireEnvelope.safeParse(jsonOf(body)).data ?? {};
  const words = errors.flatMap((entry) => {
    const { id: code = null, message = null } = wireError.safeParse(entry).data ?? {};
    return [code, message].filter(Boolean).join(': ') || [];
  });
  return { errors: words, requestId };
}

/** A moment in ISO 8601; without a zone it is UTC. Null where it is none. */
export function momentOf(value: string): Date | null {
  const hasZone = /[T ].*(Z|[+-]\d{2}:?\d{2})$/i.test(value);
  const moment = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value) ? new Date(hasZone ? value : `${value}Z`) : null;
  return moment && !Number.isNaN(moment.getTime()) ? moment : null;
}

function written(raw: z.infer<z.ZodObject<typeof messageFields>>) {
  const { id, message_id, message, content, attachments, timestamp } = raw;
  return { id: id ?? message_id ?? message, content, attachments, timestamp };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function list() {
  return lenient((value): readonly Json[] => (Array.isArray(value) ? value : []));
}

function lenient<T>(read: (value: unknown) => T) {
  return z.unknown().optional().transform(read);
}

function nullable<T extends z.ZodType>(shape: T) {
  return lenient((value): z.infer<T> | null => shape.safeParse(value).data ?? null);
}
