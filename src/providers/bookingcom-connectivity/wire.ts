import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';

/*
 * Booking.com's words, read leniently. One thing has other names and types from endpoint to endpoint, and the documents' samples and tables
 * disagree (ids as numbers, flags as strings), so a field that is missing or odd reads as null. Only a thing without its id is not read.
 */

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts and ids; numbers are taken as written. An empty text is one. */
export const text = lenient((value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
});

/** An id or a name, which an empty text is not. */
export const name = lenient((value) => text.parse(value) || null);

const id = z.unknown().transform((value, context) => {
  const read = name.parse(value);
  if (read !== null) return read;
  context.addIssue('no id');
  return z.NEVER;
});

/** `ok` is true in the queue, `"true"` in samples of threads. */
export const flag = lenient((value) => {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : null;
});

export const count = lenient((value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
});

export const moment = lenient((value) => (typeof value === 'string' ? momentOf(value) : null));

const names = lenient((value) => (Array.isArray(value) ? value.flatMap((item) => name.parse(item) ?? []) : null));

/** Every item of a list, or none where it is no list. */
export const items = lenient((value): readonly Json[] => (Array.isArray(value) ? value : []));

const metadata = z.object({ type: name, participant_type: name, id: name, name, email_alias: name });

/** Managing conversations: `participants[]`. A guest has no `metadata.id`, a property has its property id there. */
export const wireParticipant = z.object({ participant_id: id, metadata: nullable(metadata) });

const wireAttributes = z.object({ self_service_topic: name, is_redacted: flag });

const message = z.object({
  message_id: id,
  message_type: name,
  content: text,
  timestamp: moment,
  attachment_ids: names,
  /** Live lists have this one instead. */
  attachment_files_uuid: names,
  attributes: nullable(wireAttributes),
});

const wireTag = z.object({ set: flag, participants: names });

/** A message inside a conversation: its sender is an id to be looked up among the participants. */
export const wireThreadMessage = message.extend({
  sender_id: name,
  tags: nullable(z.object({ read: nullable(wireTag) })),
});

const wireReference = z.object({
  property_id: name,
  conversation_id: name,
  conversation_type: name,
  conversation_reference: name,
});

/** A message that stands alone, as in the queue, in search results and in notifications. */
export const wireNews = message.extend({
  property_id: name,
  reply_to: name,
  sender: nullable(z.object({ participant_id: name, metadata: nullable(metadata) })),
  conversation: nullable(wireReference),
});

export const wireConversation = z.object({
  conversation_id: id,
  conversation_type: name,
  conversation_reference: name,
  access: name,
  participants: items,
  messages: items,
  tags: nullable(z.object({ no_reply_needed: nullable(wireTag) })),
});

export type WireParticipant = z.infer<typeof wireParticipant>;
export type WireMessage = z.infer<typeof message>;
export type WireThreadMessage = z.infer<typeof wireThreadMessage>;
export type WireNews = z.infer<typeof wireNews>;
export type WireConversation = z.infer<typeof wireConversation>;

/** Managing messages, "Fetching the latest messages". */
export const wireQueue = z.object({ messages: items, number_of_messages: count });

/** One page of a list, a thread or a search's result. The last page's mark is not documented for all of them: absent, null or empty. */
export const wirePage = z.object({ next_page_id: name });

export const wireSent = z.object({ message_id: name, guest_has_account: flag });

export const wireUpload = z.object({ upload_id: name, attachment_id: name });

export const wireContent = z.object({ file_content: text });

export const wireFileInfo = z.object({ file_name: name, file_type: name, file_size: count });

export const wireJob = z.object({ job_id: name, status: name });

export const wireError = z.object({ code: count, message: text });

/** Token exchange. `ruid` names the request, as `meta.ruid` does elsewhere. */
export const wireToken = z.object({ jwt: z.string().min(1), ruid: name });

export const wireClaims = z.object({ iat: count, exp: count, machine_account_id: name });

export const wireNotification = z.object({
  metadata: nullable(z.object({ uuid: name, type: name })),
  payload: lenient((value): JsonObject | null => (isObject(value) ? value : null)),
});

/** Reads a value by its shape; null where it has not got it. */
export function readAs<T extends z.ZodType>(shape: T, value: unknown): z.infer<T> | null {
  return shape.safeParse(value).data ?? null;
}

/**
 * A moment in ISO 8601. Without a zone it is UTC: the pages say "local time", yet every sample agrees with the UTC clock in its id.
 * A Java zone behind it, as in `2021-01-01T14:52:38.860Z[GMT]`, is passed over. Null where it is none.
 */
export function momentOf(value: string): Date | null {
  const [, time, zone] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([^[]*)(?:\[.*\])?$/.exec(value.trim()) ?? [];
  if (time === undefined) return null;
  const read = new Date(`${time}${zone === '' || zone === undefined ? 'Z' : zone}`);
  return Number.isNaN(read.getTime()) ? null : read;
}

function lenient<T>(read: (value: unknown) => T) {
  return z.unknown().optional().transform(read);
}

function nullable<T extends z.ZodType>(shape: T) {
  return lenient((value): z.infer<T> | null => shape.safeParse(value).data ?? null);
}
