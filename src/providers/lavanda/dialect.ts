import { z } from 'zod';

/*
 * How Lavanda's schema spells what we ask for. Its documents disagree with each other (two generations of list style, `crm` or `leads`,
 * `converation`), so the spelling is learned from the schema itself and kept. Candidates stand in order of preference.
 */

// Learned names go into documents: nothing but names may pass.
const name = z.string().regex(/^[_A-Za-z][_A-Za-z0-9]*$/);
const typeText = z.string().regex(/^[![\]_A-Za-z0-9]+$/);
const path = z.array(name).min(1);
/** Argument names with their types as written in a document, `Int` or `[ID!]!`. */
const argumentTypes = z.record(name, typeText);
const fieldPaths = z.array(z.string().regex(/^[_A-Za-z][_A-Za-z0-9]*(\.[_A-Za-z][_A-Za-z0-9]*)?$/));

const connection = z.object({
  items: z.enum(['plain', 'nodes', 'edges']),
  /** Those of `first`, `after`, `last` and `before` that there are. */
  args: argumentTypes,
  pageInfo: z.array(name),
});

const messages = connection.extend({ fields: fieldPaths });

const conversation = z.object({
  field: name,
  /** `plain` is one conversation or a bare list of them: both are selected alike. */
  items: z.enum(['plain', 'nodes', 'edges']),
  participant: z.array(name),
  messages: messages.nullable(),
});

const list = connection.extend({
  path,
  fields: fieldPaths,
  /** Where workspace ids go, such as `q.workspaceIds`; null where the list cannot be narrowed. */
  narrow: z.object({ path, type: typeText }).nullable(),
  conversation: conversation.nullable(),
});

const item = z.object({
  path,
  argument: z.object({ name, type: typeText }),
  conversation: conversation.nullable(),
});

const send = z.object({
  path,
  types: z.object({ conversationId: typeText, body: typeText }),
  /** The declared type of `sentBy`; null where it is not known: then `us` is written bare, as of an enum. */
  sentBy: typeText.nullable(),
  /** How our side is spelled there. */
  us: z.string(),
});

/** The spelling in use. Null: the schema has no such thing that we know of. */
export const dialectShape = z.object({
  version: z.literal(1),
  workspaces: list.nullable(),
  bookings: list.nullable(),
  leads: list.nullable(),
  booking: item.nullable(),
  lead: item.nullable(),
  send: send.nullable(),
});

export type ConnectionSpelling = z.infer<typeof connection>;
export type MessagesSpelling = z.infer<typeof messages>;
export type ConversationSpelling = z.infer<typeof conversation>;
export type ListSpelling = z.infer<typeof list>;
export type ItemSpelling = z.infer<typeof item>;
export type SendSpelling = z.infer<typeof send>;
export type Dialect = z.infer<typeof dialectShape>;

/** What a conversation hangs from. */
export type Subject = 'booking' | 'lead';

/** Where lists may be found. `search` is documented for bookings and leads (L-BOOK, L-LEAD), the other form for newer pages (L-MIG). */
export const listPaths: Readonly<Record<'workspaces' | 'bookings' | 'leads', readonly (readonly string[])[]>> = {
  workspaces: [['workspaces'], ['workspaces', 'search'], ['workspaces', 'workspaces']],
  bookings: [['bookings', 'search'], ['bookings', 'bookings'], ['bookings']],
  leads: [['crm', 'leads', 'search'], ['crm', 'leads'], ['leads', 'search'], ['leads', 'leads'], ['leads']],
};

/** Where a single one may be found, and what its argument may be called. L-MSG has `leads { lead }`, all other pages `crm`. */
export const itemPaths: Readonly<
  Record<Subject, { readonly paths: readonly (readonly string[])[]; readonly args: readonly string[] }>
> = {
  booking: { paths: [['bookings', 'booking']], args: ['bookingId', 'id'] },
  lead: {
    paths: [
      ['crm', 'lead'],
      ['leads', 'lead'],
    ],
    args: ['leadId', 'id'],
  },
};

/** Where a list may take workspace ids. */
export const narrowPaths: readonly (readonly string[])[] = [
  ['q', 'workspaceIds'],
  ['filters', 'workspaceIds'],
  ['filters', 'workspaceIds', 'in'],
  ['filters', 'workspaceId', 'in'],
  ['filters', 'workspaceId'],
  ['workspaceIds'],
];

/** `converation` is how L-MSG writes it, and no other page. */
export const conversationFields = ['conversations', 'conversation', 'converation'] as const;

export const sendPath = ['conversations', 'sendMessage'] as const;

export const pagingArgs = ['first', 'after', 'last', 'before'] as const;
export const pageInfoFields = ['hasNextPage', 'endCursor', 'hasPreviousPage', 'startCursor'] as const;

/** Fields worth asking for, as far as the schema has them; a dot leads into an object. */
export const wantedFields = {
  workspaces: ['id', 'name', 'status', 'demo'],
  bookings: [
    ...['id', 'status', 'platform', 'bookingSource', 'confirmationCode', 'externalBookingId', 'externalInquiryId'],
    ...['checkIn', 'checkOut', 'nightsCount', 'guestsCount', 'confirmedAt', 'arrivedAt', 'departedAt'],
    ...['conversationId', 'listingId'],
  ],
  leads: [
    ...['id', 'applicationStatus', 'status.id', 'status.internalReference', 'status.stepResult', 'uniqueReference'],
    ...['estimatedCheckIn', 'estimatedCheckOut', 'totalAdults', 'totalChildren', 'verified'],
    ...['contact.id', 'contact.firstName', 'contact.lastName', 'contact.email', 'building.id', 'building.name'],
  ],
  participant: ['id', 'name', 'email'],
  messages: [
    ...['id', 'body', 'automated', 'channel', 'sentAt', 'sentBy', 'read', 'urgent', 'priority', 'snoozeUntil'],
  ],
} as const satisfies Record<string, readonly string[]>;

/** Whether pages can also be asked for from the end. */
export function goesBackwards(spelling: ConnectionSpelling): boolean {
  const { args, pageInfo, items } = spelling;
  const known = ['hasPreviousPage', 'startCursor'].every((field) => pageInfo.includes(field));
  return items !== 'plain' && known && 'last' in args && 'before' in args;
}

/** Whether anything of use was learned. */
export function isUsable(dialect: Dialect): boolean {
  return dialect.bookings !== null || dialect.booking !== null;
}
