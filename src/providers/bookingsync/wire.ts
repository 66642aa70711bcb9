import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';

/*
 * BookingSync's words (API v3), read leniently: much of the inbox is documented by example only, and ids, times and links have been
 * seen in more than one form. What cannot be read is as if it had been left out.
 */

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ids are numbers in most places, and texts in some; here they are texts. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : null;
}

const id = lenient(idOf);
const ids = lenient((value) => (Array.isArray(value) ? value.flatMap((one) => idOf(one) ?? []) : null));
const text = lenient((value) => (typeof value === 'string' ? value : null));
const moment = lenient(momentOf);
const count = lenient((value) => (typeof value === 'number' && Number.isFinite(value) ? value : null));
const words = text.transform((value) => value?.trim() || null);
const member = nullable(z.object({ id: identified(), type: text }));

/** Somebody's part in a conversation: a guest (`Client`) or one of ours (`Host`). */
export const wireParticipant = z
  .object({ id: identified(), read_at: moment, links: nullable(z.object({ conversation: id, member })) })
  .transform(({ id, read_at, links }) => ({
    id,
    readAt: read_at,
    conversation: links?.conversation ?? null,
    member: links?.member ?? null,
  }));
export type WireParticipant = z.infer<typeof wireParticipant>;

const creation = { created_by_id: id, created_by_type: text };
const creator = nullable(z.object({ id: identified(), type: text }));

/** The position of the creator is not settled: beside the other attributes, or among the links. */
export const wireConversation = z
  .object({
    ...{ id: identified(), subject: text, default_channel: words, ...creation },
    ...{ closed_at: moment, read_at: moment, created_at: moment },
    participants: lenient(participantsOf),
    links: nullable(
      z.object({
        ...{ assignee: id, bookings: ids, inquiries: ids, messages: ids, participants: ids, created_by: creator },
        ...creation,
      }),
    ),
  })
  .transform(({ links, created_by_id, created_by_type, default_channel, closed_at, read_at, created_at, ...raw }) => ({
    ...raw,
    channel: default_channel,
    closedAt: closed_at,
    readAt: read_at,
    createdAt: created_at,
    creator: creatorOf({ created_by_id, created_by_type }) ?? links?.created_by ?? (links ? creatorOf(links) : null),
    assignee: links?.assignee ?? null,
    bookings: links?.bookings ?? [],
    inquiries: links?.inquiries ?? [],
    /** Null where it is not told: conversations of 2018 had no such link. */
    messages: links?.messages ?? null,
    participantIds: links?.participants ?? [],
  }));
export type WireConversation = z.infer<typeof wireConversation>;

export const wireMessage = z
  .object({
    ...{ id: identified(), content: text, origin: words, visibility: text, channel: words },
    ...{ sent_at: moment, created_at: moment },
    sender: nullable(wireParticipant),
    links: nullable(z.object({ conversation: id, sender: id, attachments: ids })),
  })
  .transform(({ links, sender, sent_at, created_at, ...raw }) => ({
    ...raw,
    /** Documented as given, and null in its own example. */
    sentAt: sent_at ?? created_at,
    conversation: links?.conversation ?? sender?.conversation ?? null,
    sender,
    senderId: links?.sender ?? sender?.id ?? null,
    attachments: links?.attachments ?? [],
  }));
export type WireMessage = z.infer<typeof wireMessage>;

const gdpr = { forget_me_at: text, processing_restricted_at: text };
const emails = lenient((value) =>
  Array.isArray(value) ? value.flatMap((one) => (isObject(one) ? (words.parse(one.email) ?? []) : [])) : [],
);

/** A guest. Whoever asked to be forgotten, or not to be processed, has no name and no address. */
export const wireClient = z
  .object({ id: identified(), fullname: words, firstname: words, lastname: words, emails, ...gdpr })
  .transform(({ id, fullname, firstname, lastname, emails, ...stamps }) => ({
    id,
    name: isRestricted(stamps) ? null : (fullname ?? nameOf(firstname, lastname)),
    email: isRestricted(stamps) ? null : (emails[0] ?? null),
    ...(isRestricted(stamps) && { forgotten: true as const }),
  }));

/** Somebody who writes for the account. */
export const wireHost = z
  .object({ id: identified(), firstname: words, lastname: words, links: nullable(z.object({ user: id })), ...gdpr })
  .transform(({ id, firstname, lastname, links, ...stamps }) => ({
    id,
    name: isRestricted(stamps) ? null : nameOf(firstname, lastname),
    isUser: (links?.user ?? null) !== null,
  }));

/** An application or a rental: what is known of it here is its name. */
export const wireNamed = z.object({ id: identified(), name: lenient(nameIn) });

export const wireBooking = z
  .object({
    ...{ id: identified(), status: text, reference: words, start_at: text, end_at: text },
    ...{ adults: count, children: count },
    links: nullable(z.object({ rental: id, client: id, conversations: ids })),
  })
  .transform(({ links, ...raw }) => ({
    ...raw,
    rental: links?.rental ?? null,
    client: links?.client ?? null,
    /** Missing in the `public` scope. */
    conversations: links?.conversations ?? [],
  }));
export type WireBooking = z.infer<typeof wireBooking>;

/** What somebody asked before there was a booking. Of its attributes only the link is known for sure. */
export const wireInquiry = z
  .object({
    ...{ id: identified(), status: text, reference: words, start_at: text, end_at: text },
    ...{ adults: count, children: count, fullname: words, firstname: words, lastname: words, email: words, ...gdpr },
    links: nullable(z.object({ rental: id, conversation: id })),
  })
  .transform(({ links, fullname, firstname, lastname, email, forget_me_at, processing_restricted_at, ...raw }) => {
    const restricted = isRestricted({ forget_me_at, processing_restricted_at });
    return {
      ...raw,
      name: restricted ? null : (fullname ?? nameOf(firstname, lastname)),
      email: restricted ? null : email,
      rental: links?.rental ?? null,
      conversation: links?.conversation ?? null,
    };
  });

export const wireAttachment = z.object({
  ...{ id: identified(), name: words, file_content_type: words, file_size: count, url: words },
});

/** What a token request answers ("Authentication"). */
export const wireToken = z.object({ access_token: z.string().min(1), expires_in: count, refresh_token: words });

/** Which account a token speaks for ("Me"). */
export const wireGrant = z.object({ links: z.object({ account: identified() }) });

/** What is said of a refusal, in either form that has been seen: a list of objects, or lists of words by field. */
export function wordsOf(errors: unknown): string {
  const listed = Array.isArray(errors) ? errors.flatMap(wordsOfError) : [];
  const keyed = isObject(errors)
    ? Object.entries(errors).map(([field, said]) => `${field} ${[said].flat().join(', ')}`)
    : [];
  return [...new Set([...listed, ...keyed])].slice(0, 5).join('; ');
}

function wordsOfError(error: Json): readonly string[] {
  if (typeof error === 'string') return [error];
  if (!isObject(error)) return [];
  const told = [error.field, error.title].filter((one) => typeof one === 'string').join(' ');
  return [[error.code, told].filter((one) => typeof one === 'string' && one !== '').join(': ')];
}

/** A moment; `2018-03-23 19:00:41 UTC` is one too. Null where it is none. */
export function momentOf(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return null;
  const iso = value.trim().replace(' UTC', 'Z').replace(' ', 'T');
  const moment = new Date(/(Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** A moment as it is given to the provider: it has no fractions. */
export function stampOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

function participantsOf(value: unknown): readonly WireParticipant[] | null {
  return Array.isArray(value) ? value.flatMap((one) => wireParticipant.safeParse(one).data ?? []) : null;
}

function creatorOf({
  created_by_id: id,
  created_by_type: type,
}: {
  created_by_id: string | null;
  created_by_type: string | null;
}) {
  return id === null ? null : { id, type };
}

function isRestricted(stamps: { forget_me_at: string | null; processing_restricted_at: string | null }): boolean {
  return stamps.forget_me_at !== null || stamps.processing_restricted_at !== null;
}

function nameOf(first: string | null, last: string | null): string | null {
  return [first, last].filter((part) => part !== null).join(' ') || null;
}

/** A name, or the first of several by language. */
function nameIn(value: unknown): string | null {
  const one = isObject(value) ? Object.values(value)[0] : value;
  return typeof one === 'string' ? one.trim() || null : null;
}

function identified() {
  return z.unknown().transform((value, context) => {
    const found = idOf(value);
    if (found !== null) return found;
    context.addIssue('no id');
    return z.NEVER;
  });
}

function lenient<T>(read: (value: unknown) => T) {
  return z.unknown().optional().transform(read);
}

function nullable<T extends z.ZodType>(shape: T) {
  return lenient((value): z.infer<T> | null => shape.safeParse(value).data ?? null);
}
