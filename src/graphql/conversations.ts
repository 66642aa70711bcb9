import type { Account } from '../domain/account.ts';
import type { ProviderFace } from '../domain/gateway.ts';
import { brand } from '../domain/ids.ts';
import type { Conversation } from '../domain/messaging.ts';
import { listAccounts } from '../store/account-reads.ts';
import { type ConversationFilter, countConversations, listConversations } from '../store/conversations.ts';
import { builder } from './builder.ts';
import { connectionType, pageArgs } from './connection-types.ts';
import type { Context } from './context.ts';
import { lookUp } from './look-ups.ts';
import { type Connection, createConnection, type PageArgs, pageCost, pageRequest } from './paging.ts';
import { conversationRef } from './refs.ts';
import { refresh, type Source, sourceOf, sourceType, staleBefore } from './sources.ts';
import { oldestAllowed } from './thread.ts';

/** The part of a filter that can name one booking. */
interface BookingFilter {
  readonly bookingExternalId?: string | null | undefined;
  readonly propertyExternalId?: string | null | undefined;
}

/** A page of conversations, with where it comes from. */
interface Inbox extends Connection<Conversation> {
  sources(): Promise<readonly Source[]>;
}

const filterType = builder.inputType('ConversationFilter', {
  description: 'Which conversations: those that answer to everything that is given.',
  fields: (t) => ({
    accountIds: t.idList({ description: 'Of these accounts.' }),
    provider: t.string({ description: 'Of accounts of this provider, by its id.' }),
    channel: t.string({ description: 'By this channel: `email`, `airbnb`, …' }),
    unread: t.boolean({ description: 'Whether the participant wrote something that is not read.' }),
    urgent: t.boolean({ description: 'Whether a message that is not read is urgent.' }),
    snoozed: t.boolean({ description: 'Whether the newest message is put aside until later than now.' }),
    noReplyNeeded: t.boolean({ description: 'Whether it is marked as needing no reply.' }),
    undelivered: t.boolean({
      description:
        'Whether a message of ours may not have reached the participant: `UNKNOWN`, or `FAILED` and not tried again.',
    }),
    bookingExternalId: t.string({
      description:
        'About the booking with this id at its provider. With `propertyExternalId` it is also looked up there, so that a booking nobody has written about is found and can be written to.',
    }),
    propertyExternalId: t.string({ description: 'About a booking of the property with this id at its provider.' }),
    lastMessageAfter: t.field({ type: 'DateTime', description: 'With a newest message later than this.' }),
    lastMessageBefore: t.field({ type: 'DateTime', description: 'With a newest message earlier than this.' }),
    text: t.string({
      description: 'With this in the text of a message, in the subject or in the participant’s name, in any case.',
    }),
  }),
});

const inboxType = connectionType<Conversation, Inbox>('Conversation', conversationRef, 'conversations, newest first');

builder.objectField(inboxType, 'sources', (t) =>
  t.field({
    type: [sourceType],
    complexity: { field: 1, multiplier: 1 },
    description: 'The accounts that this list is made of, and how up to date each one’s part is.',
    resolve: (inbox) => inbox.sources(),
  }),
);

builder.queryField('conversations', (t) =>
  t.field({
    type: inboxType,
    complexity: ({ filter, ...page }) => pageCost(namesBooking(filter ?? {}) ? 1_000 : 50)(page),
    description:
      'The inbox: the conversations of all accounts, those with the newest message first. A provider that is down takes nothing away from it.',
    args: {
      filter: t.arg({ type: filterType, description: 'Which conversations. All, if it is not given.' }),
      ...pageArgs,
      maxAge: t.arg.int({
        description:
          'In seconds: accounts that were looked at longer ago than this are looked at first, once each, as far as the provider’s limits allow.',
      }),
    },
    resolve: (_root, { filter, maxAge, ...page }, context) => inboxOf(filterOf(filter ?? {}), page, maxAge, context),
  }),
);

async function inboxOf(
  filter: ConversationFilter,
  page: PageArgs,
  maxAge: number | null | undefined,
  context: Context,
): Promise<Inbox> {
  const { db, caller, clock } = context;
  const request = pageRequest('conversations', page);
  const now = clock.now();
  const oldest = oldestAllowed(maxAge, context);
  const refreshed = oldest && (await refresh(await selected(filter, context), (maxAge ?? 0) * 1000, context));
  // Whoever pages on has had it looked up with the first page.
  const isFirst = request.after === null && request.before === null;
  const lookedUp = isFirst && namesBooking(filter) && (await lookUp(filter, await selected(filter, context), context));
  const reports = new Map([...(refreshed || []), ...(lookedUp || [])]);
  const connection = createConnection<Conversation>({
    list: 'conversations',
    request,
    slice: await listConversations(db, caller.scope, filter, request, now),
    positionOf: (conversation) => ({ at: conversation.orderAt, id: conversation.id }),
    totalCount: () => countConversations(db, caller.scope, filter, now),
    exists: async (slice) => (await listConversations(db, caller.scope, filter, slice, now)).rows.length > 0,
  });
  const sources = async (): Promise<readonly Source[]> =>
    (await selected(filter, context)).map((account) =>
      sourceOf(account, reports.get(account.id), oldest ?? staleBefore(now, faceOf(account, context))),
    );
  return Object.assign(connection, { sources });
}

function faceOf({ provider }: Account, { gateway }: Context): ProviderFace | undefined {
  return gateway.providers.find(({ id }) => id === provider);
}

function namesBooking({ bookingExternalId, propertyExternalId }: BookingFilter): boolean {
  return Boolean(bookingExternalId && propertyExternalId);
}

/** What is null is not filtered by. An account's id that is none of ours matches nothing, like any that is absent. */
function filterOf(input: typeof filterType.$inferInput): ConversationFilter {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as ConversationFilter;
}

async function selected(filter: ConversationFilter, { db, caller }: Context): Promise<readonly Account[]> {
  const accounts = await listAccounts(db, caller.scope);
  return accounts.filter(
    ({ id, provider }) =>
      (filter.accountIds?.includes(brand(id)) ?? true) && (filter.provider ?? provider) === provider,
  );
}
