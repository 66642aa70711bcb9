import { dayMs } from '../../simulator/days.ts';
import {
  type Booking,
  type Conversation,
  type Lead,
  type Message,
  nameOf,
  type Subject,
} from '../../simulator/estate.ts';
import type { Handling } from '../../simulator/host.ts';
import type { World } from '../../simulator/world.ts';
import { placeOfMessage } from '../../simulator/world-messages.ts';
import {
  bookingIds,
  contactIds,
  conversationIds,
  leadIds,
  listingIds,
  messageIds,
  participantIds,
} from './simulator-ids.ts';
import { type PageArguments, pageOf } from './simulator-pages.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

/** Everything that one request's fields are answered from. */
export interface Desk {
  readonly world: World;
  readonly switches: LavandaSwitches;
  readonly handling: Handling;
}

/** A Booking as the API shows it, also before it is known which fields are asked for. */
export function showBooking(desk: Desk, booking: Booking): object {
  const { world, switches } = desk;
  const listing = world.listings.get(booking.listingId);
  const property = world.properties.get(listing?.propertyId ?? 0);
  const confirmed = booking.status === 'confirmed';
  const subject: Subject = { kind: 'booking', id: booking.id };
  const main = world.conversationsOf(subject)[0];
  return {
    id: bookingIds.toExternal(booking.id),
    arrivedAt: confirmed ? momentSince(desk, booking.checkIn, 15) : null,
    averageNightlyRate: { amountCents: listing?.nightlyCents, currenyCode: property?.currency },
    bookingSource: booking.platform,
    cancelable: booking.status !== 'canceled',
    cancellationPolicyDescription: 'Flexible',
    checkIn: booking.checkIn,
    checkOut: booking.checkOut,
    confirmationCode: booking.confirmationCode,
    confirmedAt: confirmed ? timeText(booking.createdAt, switches) : null,
    conversationId: main ? conversationIds.toExternal(main.id) : null,
    departedAt: confirmed ? momentSince(desk, booking.checkOut, 10) : null,
    editable: booking.platform === 'Direct',
    externalBookingId: booking.platformId,
    externalInquiryId: null,
    guestsCount: booking.guestsCount,
    platform: booking.platform,
    listingId: listingIds.toExternal(booking.listingId),
    nightsCount: booking.nights,
    notes: null,
    status: booking.status,
    vetting: { status: 'Passed' },
    ...conversationFields(desk, subject),
  };
}

/** A lead as the API shows it. */
export function showLead(desk: Desk, lead: Lead): object {
  const property = desk.world.properties.get(lead.propertyId);
  const guest = desk.world.guests.get(lead.guestId);
  return {
    id: leadIds.toExternal(lead.id),
    estimatedCheckIn: lead.checkIn,
    estimatedCheckOut: lead.checkOut,
    applicationStatus: lead.status === 'converted' ? 'approved' : 'pending',
    building: property && {
      id: property.id,
      name: property.name,
      currencyCode: property.currency,
      address: property.city,
    },
    contact: guest && {
      id: contactIds.toExternal(guest.id),
      firstName: guest.firstName,
      lastName: guest.lastName,
      email: guest.email,
      phoneNumber: guest.phone,
      languageCode: guest.language,
    },
    status: {
      id: `st_${lead.status}`,
      internalReference: lead.status,
      stepResult: lead.status === 'lost' ? 'closed' : 'open',
    },
    totalAdults: lead.adults,
    totalChildren: lead.children,
    uniqueReference: `LD-${String(lead.id).padStart(6, '0')}`,
    verified: true,
    ...conversationFields(desk, { kind: 'lead', id: lead.id }),
  };
}

/** A time as the API words it. */
export function timeText(time: Date, { timePrecision }: LavandaSwitches): string {
  const text = time.toISOString();
  return timePrecision === 'second' ? text.replace(/\.\d+Z$/, 'Z') : text;
}

/** The spellings side by side: the schema decides which are there. The singular ones give the first guest's thread alone. */
function conversationFields(desk: Desk, subject: Subject): object {
  const all = (): readonly Conversation[] => desk.world.conversationsOf(subject);
  const show = (conversation: Conversation): object => showConversation(desk, conversation);
  const main = (): object | null => all().map(show)[0] ?? null;
  const plural = (args: PageArguments): object => {
    if (desk.switches.conversationsShape === 'list') return all().map(show);
    const placeOf = (conversation: Conversation) => ({ time: conversation.createdAt.getTime(), id: conversation.id });
    return pageOf({ items: all(), placeOf, ...conversationIds, show }, args, desk.switches, desk.handling);
  };
  return { converation: main, conversation: main, conversations: plural };
}

function showConversation(desk: Desk, conversation: Conversation): object {
  const { world, switches, handling } = desk;
  const guest = world.guests.get(conversation.guestId);
  const show = (message: Message): object => showMessage(message, switches);
  return {
    id: conversationIds.toExternal(conversation.id),
    participant: guest && { id: participantIds.toExternal(guest.id), name: nameOf(guest), email: guest.email },
    messages(args: PageArguments) {
      handling.countConversation();
      const items = conversation.messages;
      if (switches.messagesShape === 'list') return handling.arrange(bareList(items, switches).map(show));
      return pageOf({ items, placeOf: placeOfMessage, ...messageIds, show }, args, switches, handling);
    },
  };
}

function bareList(messages: readonly Message[], { messagesListLimit, order }: LavandaSwitches): readonly Message[] {
  const kept = messagesListLimit === null ? messages : messages.slice(-messagesListLimit);
  return order === 'asc' ? kept : kept.toReversed();
}

function showMessage(message: Message, switches: LavandaSwitches): object {
  return {
    id: messageIds.toExternal(message.id),
    body: message.body,
    automated: message.automated,
    channel: message.channel,
    sentAt: timeText(message.at, switches),
    sentBy: message.by === 'host' ? 'us' : 'participant',
    read: message.read,
    urgent: message.urgent,
    priority: message.priority,
    snoozeUntil: message.snoozeUntil && timeText(message.snoozeUntil, switches),
  };
}

/** That hour of the day, once it has passed. */
function momentSince({ world, switches }: Desk, day: string, hour: number): string | null {
  const moment = new Date(Date.parse(day) + (hour / 24) * dayMs);
  return moment <= world.clock.now() ? timeText(moment, switches) : null;
}
