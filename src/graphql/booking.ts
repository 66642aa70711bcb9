import type { Booking, Conversation } from '../domain/messaging.ts';
import { countBookings, listBookings } from '../store/bookings.ts';
import { builder } from './builder.ts';
import { connectionType, pageArgs } from './connection-types.ts';
import type { Context } from './context.ts';
import { badInput } from './errors.ts';
import { idOf, nodeRef } from './node.ts';
import { ownerOf } from './owner.ts';
import { type Connection, createConnection, type PageArgs, pageCost, pageRequest } from './paging.ts';
import { accountRef, bookingRef, conversationRef } from './refs.ts';

bookingRef.implement({
  description: 'A stay that was booked, or asked for.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    account: t.field({ type: accountRef, description: 'The account that it is a booking of.', resolve: ownerOf }),
    externalId: t.exposeString('externalId', { description: 'The provider’s own id.' }),
    status: t.exposeString('status', {
      nullable: true,
      description: 'As the provider says: `confirmed`, `canceled`, `requested`, `inquiry`, …',
    }),
    confirmationCode: t.exposeString('confirmationCode', {
      nullable: true,
      description: 'The code that the guest knows.',
    }),
    checkIn: t.expose('checkIn', { type: 'Date', nullable: true, description: 'The day of arrival.' }),
    checkOut: t.expose('checkOut', { type: 'Date', nullable: true, description: 'The day of departure.' }),
    guestsCount: t.exposeInt('guestsCount', { nullable: true, description: 'How many guests come.' }),
    propertyName: t.exposeString('propertyName', { nullable: true, description: 'What the property is called.' }),
    propertyExternalId: t.exposeString('propertyExternalId', {
      nullable: true,
      description: 'The provider’s own id of the property.',
    }),
    conversationId: t.exposeID('conversationId', {
      nullable: true,
      description: 'The global id of its conversation. Of several, the one first seen.',
    }),
    conversation: t.field({
      type: conversationRef,
      nullable: true,
      description: 'Its conversation. Of several, the one first seen.',
      resolve: conversationOf,
    }),
    converation: t.field({
      type: conversationRef,
      nullable: true,
      deprecationReason: "Lavanda's documented spelling; use conversation.",
      description: 'Its conversation, in Lavanda’s documented spelling.',
      resolve: conversationOf,
    }),
    conversations: t.field({
      type: [conversationRef],
      description: 'All its conversations, one for each guest, those first seen first.',
      resolve: ({ id }, _args, { loaders }) => loaders.conversationsOfBookings.load(id),
    }),
  }),
});

const connection = connectionType<Booking>('Booking', bookingRef, 'bookings, newest first');

const searchInput = builder.inputType('BookingsSearchQueryInput', {
  description: 'Lavanda’s filter of bookings.',
  fields: (t) => ({
    workspaceIds: t.idList({
      required: { list: false, items: false },
      description: 'Not known here: leave it out, or the search is refused.',
    }),
  }),
});

const queriesType = builder.objectRef<object>('BookingQueries').implement({
  description: 'Bookings, as Lavanda’s API asks for them.',
  fields: (t) => ({
    booking: t.field({
      type: bookingRef,
      nullable: true,
      description: 'One booking. Null where there is none, or none of yours.',
      args: { bookingId: t.arg.id({ description: 'Its global id.' }) },
      resolve(_root, { bookingId }, { loaders }) {
        const id = idOf<Booking['id']>('Booking', bookingId ?? '');
        return id && loaders.bookings.load(id);
      },
    }),
    search: t.field({
      type: connection,
      nullable: true,
      complexity: pageCost(20),
      description: 'All bookings, newest first.',
      args: { q: t.arg({ type: searchInput, description: 'Which bookings.' }), ...pageArgs },
      resolve(_root, { q, ...page }, context) {
        refuseWorkspaces(q?.workspaceIds);
        return bookingsOf(page, context);
      },
    }),
  }),
});

builder.queryField('bookings', (t) =>
  t.field({ type: queriesType, description: 'Bookings: Lavanda’s namespace.', resolve: () => ({}) }),
);

/** Throws BAD_USER_INPUT: to answer everything where a part was asked for would be worse. */
export function refuseWorkspaces(ids: readonly (string | null | undefined)[] | null | undefined): void {
  if (ids && ids.length > 0) throw badInput('workspaceIds are not known here. Leave them out to search everything.');
}

async function bookingsOf(page: PageArgs, { db, caller: { scope } }: Context): Promise<Connection<Booking>> {
  const request = pageRequest('bookings', page);
  return createConnection<Booking>({
    list: 'bookings',
    request,
    slice: await listBookings(db, scope, {}, request),
    // Ids alone give the order.
    positionOf: ({ id }) => ({ at: new Date(0), id }),
    totalCount: () => countBookings(db, scope, {}),
    exists: async (slice) => (await listBookings(db, scope, {}, slice)).rows.length > 0,
  });
}

function conversationOf(
  { conversationId }: Booking,
  _args: object,
  { loaders }: Context,
): Promise<Conversation | null> | null {
  return conversationId && loaders.conversations.load(conversationId);
}
