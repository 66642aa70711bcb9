import type { AttachmentTruth, BookingTruth, ConversationTruth, MessageTruth } from '../../simulator/contract.ts';
import { nameOf } from '../../simulator/estate.ts';
import { conversationsOf, rentalOfLead } from './simulator-bookings.ts';
import { messagesWith } from './simulator-files.ts';
import { channelOf } from './simulator-inbox.ts';
import { bookingsOf, type Ledger, leadsOf, shown } from './simulator-ledger.ts';
import { type ConversationRow, type FileRow, type MessageRow, toId } from './simulator-rows.ts';
import { messagesShown } from './simulator-sending.ts';
import { timeText } from './simulator-times.ts';

/** Every conversation that can be read now, by id: that is, in the order in which they came here. */
export function conversationTruths(ledger: Ledger): readonly ConversationTruth[] {
  return shown(ledger, ledger.conversations.all()).map((row) => truthOf(ledger, row));
}

/** One conversation as the API tells it, without the notes that are no guest's business. */
export function truthOf(ledger: Ledger, row: ConversationRow): ConversationTruth {
  const { world, switches } = ledger;
  const guest = world.guests.get(world.conversations.get(row.worldId ?? 0)?.guestId ?? 0);
  const named = guest && switches.scopes.some((scope) => ['clients_read', 'clients_write'].includes(scope));
  const [booking] = bookingsOf(ledger, row);
  const [lead] = leadsOf(ledger, row);
  const messages = messagesShown(ledger, row.id).filter(({ visibility }) => visibility === 'external');
  return {
    externalId: String(row.id),
    participantName: named ? nameOf(guest) : null,
    participantEmail: named ? guest.email : null,
    bookingExternalId: booking === undefined ? null : String(toId('booking', booking)),
    leadExternalId: lead === undefined ? null : String(toId('lead', lead)),
    propertyExternalId: propertyOf(ledger, booking, lead),
    messages: messages.map((message) => messageTruth(ledger, message)).sort(inOrder),
  };
}

export function bookingTruth(ledger: Ledger, id: number): BookingTruth {
  return {
    externalId: String(toId('booking', id)),
    conversationExternalIds: conversationsOf(ledger, id).map(String),
  };
}

export function fileTruth(ledger: Ledger, file: FileRow): AttachmentTruth {
  const [thread] = file.worldIds.flatMap((id) => ledger.world.attachments.get(id)?.conversationId ?? []);
  return {
    externalId: String(file.id),
    // Nowhere, until a message names it.
    conversationExternalId: String(ledger.byWorld.conversations.get(thread ?? 0) ?? ''),
    messageExternalIds: messagesWith(ledger, file.id).map(String),
    sentBy: file.by,
    ...{ name: file.name, contentType: file.contentType, bytes: file.bytes },
  };
}

function propertyOf(ledger: Ledger, booking: number | undefined, lead: number | undefined): string | null {
  const listing = ledger.world.bookings.get(booking ?? 0)?.listingId;
  if (listing !== undefined) return String(toId('listing', listing));
  const rental = lead === undefined ? null : rentalOfLead(ledger, lead);
  return rental === null ? null : String(rental);
}

function messageTruth(ledger: Ledger, row: MessageRow): MessageTruth {
  const told = ledger.switches.sentAt === 'told' ? row.sentAt : null;
  const sender = ledger.participants.get(row.senderId);
  return {
    externalId: String(row.id),
    sentBy: sender?.memberType === 'Client' ? 'participant' : 'us',
    body: row.content,
    sentAt: new Date(timeText(told ?? row.createdAt)),
    automated: null,
    channel: channelOf(ledger, row),
    read: null,
  };
}

function inOrder(one: MessageTruth, other: MessageTruth): number {
  return one.sentAt.getTime() - other.sentAt.getTime() || Number(one.externalId) - Number(other.externalId);
}
