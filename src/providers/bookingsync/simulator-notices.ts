import type { Conversation, Message } from '../../simulator/estate.ts';
import { channelFor, originOf } from './simulator-channels.ts';
import type { Ledger } from './simulator-ledger.ts';
import { type ConversationRow, type MessageRow, type ParticipantRow, toId } from './simulator-rows.ts';

/** What the API says of a message that the estate is about to be told of. */
export type Posted = Pick<MessageRow, 'senderId' | 'channel' | 'origin' | 'visibility' | 'sentAt' | 'attachmentIds'>;

/** Keeps the account's ledger in step with the estate, where others write too. */
export interface Notices {
  /** Looks for everything that has changed, and dates it now. */
  look(): void;
  /** Whatever `write` writes into the estate is what was posted. */
  posting<Result>(posted: Posted, write: () => Result): Result;
}

/** Enters what is in the estate already, under its own dates, and listens from then on. */
export function createNotices(ledger: Ledger): Notices {
  const { world } = ledger;
  const desk: Desk = { ledger, seeding: true, posted: null };
  const look = (): void => lookAround(desk);
  look();
  desk.seeding = false;
  world.onMessage(look);
  return {
    look,
    posting(posted, write) {
      look();
      desk.posted = posted;
      try {
        return write();
      } finally {
        desk.posted = null;
      }
    },
  };
}

interface Desk {
  readonly ledger: Ledger;
  /** Whether what is found was there from the beginning. */
  seeding: boolean;
  posted: Posted | null;
}

function lookAround(desk: Desk): void {
  const { world, conversations, byWorld } = desk.ledger;
  for (const conversation of world.conversations.values()) {
    if (!byWorld.conversations.has(conversation.id)) enterConversation(desk, conversation);
  }
  for (const row of conversations.all()) {
    if (row.worldId !== null && !world.conversations.has(row.worldId)) dropConversation(desk.ledger, row.id);
  }
  lookAtFiles(desk);
  for (const message of world.messages.values()) lookAtMessage(desk, message);
  for (const booking of world.bookings.values()) sight(desk, `booking:${booking.id}`, booking, booking.createdAt);
  for (const lead of world.leads.values()) sight(desk, `lead:${lead.id}`, lead, lead.createdAt);
  for (const guest of world.guests.values()) sight(desk, `guest:${guest.id}`, guest, new Date(0));
}

function datesAt({ seeding, ledger }: Desk, own: Date): Pick<MessageRow, 'createdAt' | 'updatedAt' | 'shownFrom'> {
  const now = ledger.clock.now();
  if (seeding) return { createdAt: own, updatedAt: own, shownFrom: 0 };
  return { createdAt: now, updatedAt: now, shownFrom: now.getTime() + ledger.switches.visibleAfterMs };
}

function sight({ ledger, seeding }: Desk, key: string, seen: object, own: Date): void {
  const known = ledger.sightings.get(key);
  if (known?.seen !== seen) ledger.sightings.set(key, { seen, updatedAt: seeding ? own : ledger.clock.now() });
}

function enterConversation(desk: Desk, conversation: Conversation): void {
  const { conversations, byWorld, sightings, switches, clock } = desk.ledger;
  const row = conversations.add((id) => ({
    ...{ id, worldId: conversation.id, ...datesAt(desk, conversation.createdAt) },
    ...emptyConversation,
  }));
  byWorld.conversations.set(conversation.id, row.id);
  addParticipant(desk, row, 'Client', toId('guest', conversation.guestId), 'standing');
  const [host] = desk.ledger.hosts.all();
  for (const role of ['standing', 'double', 'double'] as const) {
    addParticipant(desk, row, 'Host', host?.id ?? 0, role);
  }
  if (desk.seeding || !switches.conversationBumpsBooking) return;
  for (const { kind, id } of conversation.subjects) {
    const seen = desk.ledger.world.bookings.get(id);
    if (kind === 'booking' && seen) sightings.set(`booking:${id}`, { seen, updatedAt: clock.now() });
  }
}

/** A conversation that nothing has been said of. */
export const emptyConversation: Omit<ConversationRow, 'id' | 'worldId' | 'createdAt' | 'updatedAt' | 'shownFrom'> = {
  ...{ subject: null, defaultChannel: null, lastMessageAt: null, closedAt: null, spamAt: null, deadlineAt: null },
  ...{ readAt: null, assigneeId: null, sourceId: null, connected: [], disconnected: [] },
};

function addParticipant(
  desk: Desk,
  conversation: ConversationRow,
  memberType: ParticipantRow['memberType'],
  memberId: number,
  role: ParticipantRow['role'],
): void {
  const { createdAt, updatedAt, shownFrom } = conversation;
  desk.ledger.participants.add((id) => ({
    ...{ id, conversationId: conversation.id, memberId, memberType },
    ...{ role: memberType === 'Client' ? 'plain' : role, readAt: null, lastMessageSentAt: null },
    ...{ createdAt, updatedAt, shownFrom },
  }));
}

function dropConversation({ conversations, messages, participants }: Ledger, id: number): void {
  for (const message of messages.of(id)) messages.remove(message.id);
  for (const participant of participants.of(id)) participants.remove(participant.id);
  conversations.remove(id);
}

function lookAtFiles(desk: Desk): void {
  const { world, files, byWorld } = desk.ledger;
  for (const file of world.attachments.values()) {
    if (byWorld.files.has(file.id)) continue;
    const { name, contentType, bytes } = file;
    const by = file.by === 'host' ? 'us' : 'participant';
    const row = files.add((id) => ({
      ...{ id, name, contentType, bytes, by, worldIds: [file.id], own: false },
      ...datesAt(desk, file.at),
    }));
    byWorld.files.set(file.id, row.id);
  }
}

function lookAtMessage(desk: Desk, message: Message): void {
  const { messages, byWorld } = desk.ledger;
  const known = byWorld.messages.get(message.id);
  const row = messages.get(known ?? 0);
  if (known === undefined) enterMessage(desk, message);
  else if (row && row.worldBody !== message.body) {
    messages.change(row.id, { content: message.body, worldBody: message.body });
  }
}

function enterMessage(desk: Desk, message: Message): void {
  const { ledger, posted } = desk;
  const conversationId = ledger.byWorld.conversations.get(message.conversationId) ?? 0;
  const known = posted ?? derived(ledger, conversationId, message);
  const row = ledger.messages.add((id) => ({
    ...{ id, worldId: message.id, conversationId, content: message.body, worldBody: message.body },
    ...{ ...known, own: posted !== null },
    ...datesAt(desk, message.at),
  }));
  ledger.byWorld.messages.set(message.id, row.id);
  noteMessage(ledger, row, message.by === 'guest' ? 'guest' : desk.seeding ? 'seed' : 'host');
}

function derived(ledger: Ledger, conversationId: number, message: Message): Posted {
  const type = message.by === 'guest' ? 'Client' : 'Host';
  const sender = ledger.participants.of(conversationId).find(({ memberType }) => memberType === type);
  const channel = channelFor(message.channel);
  return {
    ...{ senderId: sender?.id ?? 0, channel, origin: message.by === 'guest' ? originOf(channel) : 'bookingsync_inbox' },
    ...{ visibility: 'external', sentAt: message.at },
    attachmentIds: message.attachmentIds.flatMap((id) => ledger.byWorld.files.get(id) ?? []),
  };
}

/** What a new message does to what is around it. `seed`: a host's of long ago, who had read what stood before. */
export function noteMessage(ledger: Ledger, row: MessageRow, by: 'guest' | 'host' | 'seed'): void {
  const { conversations, participants, files, switches } = ledger;
  const at = row.sentAt ?? row.createdAt;
  const before = conversations.get(row.conversationId);
  if (!before) return;
  const latest = later(before.lastMessageAt, at);
  const bumped = switches.messageBumpsConversation ? later(before.updatedAt, row.updatedAt) : before.updatedAt;
  const reopens = by === 'guest' && switches.guestReopens ? { closedAt: null } : {};
  const read = by === 'seed' ? { readAt: later(before.readAt, at) } : {};
  conversations.change(before.id, { lastMessageAt: latest, ...reopens, ...read }, bumped);
  const sender = participants.get(row.senderId);
  if (sender) {
    const sent = { lastMessageSentAt: later(sender.lastMessageSentAt, at), ...read };
    participants.change(sender.id, sent, later(sender.updatedAt, row.updatedAt));
  }
  for (const id of row.attachmentIds) {
    const file = files.get(id);
    if (file) files.change(id, {}, later(file.updatedAt, row.updatedAt));
  }
}

function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}
