import { channels } from './simulator-channels.ts';
import { conversations, participants } from './simulator-inbox.ts';
import { addHost, type Ledger } from './simulator-ledger.ts';
import { written } from './simulator-listing.ts';
import { emptyConversation } from './simulator-notices.ts';
import { hosts } from './simulator-people.ts';
import { type Asked, invalid, notFound, type Reply } from './simulator-replies.ts';
import {
  type Fields,
  idIn,
  isTrue,
  itemIn,
  missing,
  outside,
  refusal,
  textIn,
  unreadable,
} from './simulator-requests.ts';
import { type ConversationRow, toWorldId } from './simulator-rows.ts';
import { readTime } from './simulator-times.ts';

/** Makes a conversation that no channel knows of: the guide asks not to. */
export function createConversation(asked: Asked): Reply {
  const fields = itemIn(asked, 'conversations');
  if (!fields) return unreadable;
  const { ledger, office } = asked;
  const refused = refusal(conversationProblems(ledger, fields));
  if (refused) return refused;
  const now = ledger.clock.now();
  const row = ledger.conversations.add((id) => ({
    ...{ id, worldId: null, ...emptyConversation, ...changesIn(ledger, fields) },
    subject: textIn(fields['subject']),
    lastMessageAt: readTime(textIn(fields['last_message_at']) ?? ''),
    deadlineAt: readTime(textIn(fields['deadline_response_at']) ?? ''),
    sourceId: idIn(fields['source_id']),
    ...{ createdAt: now, updatedAt: now, shownFrom: 0 },
  }));
  office.warn(`conversation ${row.id} was created: no channel knows of it`);
  return written(conversations, asked, row, 201);
}

/** Closes, assigns and the like. */
export function changeConversation(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'conversations');
  if (!fields) return unreadable;
  const { ledger } = asked;
  const row = conversations.find(asked, idIn(id) ?? 0);
  if (!row) return notFound;
  const refused = refusal(conversationProblems(ledger, fields));
  if (refused) return refused;
  const changed = ledger.conversations.change(row.id, changesIn(ledger, fields, row));
  return written(conversations, asked, changed, 200);
}

function conversationProblems(ledger: Ledger, fields: Fields) {
  const assignee = fields['assignee_id'];
  const nobody = assignee !== undefined && assignee !== null && !ledger.hosts.get(idIn(assignee) ?? 0);
  const { unknownChannel } = ledger.switches;
  const known = unknownChannel === null ? channels : [...channels, unknownChannel];
  return [...outside(fields, 'default_channel', known), ...(nobody ? [['assignee', 'must exist'] as const] : [])];
}

function changesIn({ clock }: Ledger, fields: Fields, before?: ConversationRow): Partial<ConversationRow> {
  const stamp = (name: string, old: Date | null | undefined): Date | null =>
    isTrue(fields[name]) ? (old ?? clock.now()) : null;
  return {
    ...(fields['closed'] === undefined ? {} : { closedAt: stamp('closed', before?.closedAt) }),
    ...(fields['marked_as_spam'] === undefined ? {} : { spamAt: stamp('marked_as_spam', before?.spamAt) }),
    ...(fields['assignee_id'] === undefined ? {} : { assigneeId: idIn(fields['assignee_id']) }),
    ...(fields['default_channel'] === undefined ? {} : { defaultChannel: textIn(fields['default_channel']) }),
  };
}

/** Hangs a conversation on a booking, or takes it off. Its `updated_at` stays, as was recorded. */
export function connectBooking(asked: Asked, id: string, connect: boolean): Reply {
  const fields = itemIn(asked, 'bookings');
  if (!fields) return unreadable;
  const { ledger } = asked;
  const row = conversations.find(asked, idIn(id) ?? 0);
  const booking = toWorldId('booking', idIn(fields['id']) ?? 0);
  if (!row || !ledger.world.bookings.has(booking)) return notFound;
  const without = (list: readonly number[]): readonly number[] => list.filter((one) => one !== booking);
  const change = connect
    ? { connected: [...without(row.connected), booking], disconnected: without(row.disconnected) }
    : { connected: without(row.connected), disconnected: [...without(row.disconnected), booking] };
  return written(conversations, asked, ledger.conversations.change(row.id, change, row.updatedAt), 200);
}

/** One more participant. The same Host may be in a conversation any number of times. */
export function createParticipant(asked: Asked): Reply {
  const fields = itemIn(asked, 'participants');
  if (!fields) return unreadable;
  const { ledger, office } = asked;
  const blank = missing(fields, ['conversation_id', 'member_id', 'member_type']);
  const refused = refusal(blank.length > 0 ? blank : outside(fields, 'member_type', ['Host', 'Client']));
  if (refused) return refused;
  const conversation = conversations.find(asked, idIn(fields['conversation_id']) ?? 0);
  const memberId = idIn(fields['member_id']) ?? 0;
  const memberType = fields['member_type'] === 'Host' ? 'Host' : 'Client';
  if (!conversation) return invalid('conversation', 'must exist');
  if (!isMember(ledger, memberType, memberId)) return invalid('member', 'must exist');
  if (memberType === 'Client') {
    office.warn(`a Client was added to conversation ${conversation.id}`);
    if (ledger.switches.clientParticipants === 'refuse') return invalid('member', 'is invalid');
  }
  const now = ledger.clock.now();
  const row = ledger.participants.add((id) => ({
    ...{ id, conversationId: conversation.id, memberId, memberType, role: 'plain', lastMessageSentAt: null },
    ...{ readAt: null, createdAt: now, updatedAt: now, shownFrom: 0 },
  }));
  if (isTrue(fields['read'])) markRead(ledger, row.id);
  return written(participants, asked, ledger.participants.get(row.id) ?? row, 201);
}

function isMember(ledger: Ledger, type: 'Host' | 'Client', id: number): boolean {
  return type === 'Host' ? ledger.hosts.get(id) !== undefined : ledger.world.guests.has(toWorldId('guest', id));
}

/** The only way to mark as read. Nothing else of a participant can be changed. */
export function changeParticipant(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'participants');
  if (!fields) return unreadable;
  const { ledger } = asked;
  const row = participants.find(asked, idIn(id) ?? 0);
  if (!row) return notFound;
  if (isTrue(fields['read'])) markRead(ledger, row.id);
  return written(participants, asked, ledger.participants.get(row.id) ?? row, 200);
}

/** A participant has seen everything; where it is a Host, somebody of ours has. */
export function markRead(ledger: Ledger, participant: number): void {
  const readAt = ledger.clock.now();
  const row = ledger.participants.change(participant, { readAt });
  const conversation = ledger.conversations.get(row.conversationId);
  if (row.memberType !== 'Host' || !conversation) return;
  ledger.conversations.change(conversation.id, { readAt });
  if (conversation.worldId !== null) ledger.world.markRead(conversation.worldId);
}

export function createHostPerson(asked: Asked): Reply {
  const fields = itemIn(asked, 'hosts');
  if (!fields) return unreadable;
  const refused = refusal(missing(fields, ['firstname', 'lastname']));
  if (refused) return refused;
  const row = addHost(asked.ledger, {
    ...{ firstname: String(fields['firstname']), lastname: String(fields['lastname']), email: textIn(fields['email']) },
    ...{ userId: idIn(fields['user_id']), sourceId: idIn(fields['source_id']) },
  });
  return written(hosts, asked, row, 201);
}

export function changeHostPerson(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'hosts');
  if (!fields) return unreadable;
  const row = hosts.find(asked, idIn(id) ?? 0);
  if (!row) return notFound;
  const given = ['firstname', 'lastname'].filter((name) => fields[name] !== undefined);
  const refused = refusal(missing(fields, given));
  if (refused) return refused;
  const changed = asked.ledger.hosts.change(row.id, {
    ...(fields['firstname'] === undefined ? {} : { firstname: String(fields['firstname']) }),
    ...(fields['lastname'] === undefined ? {} : { lastname: String(fields['lastname']) }),
    ...(fields['email'] === undefined ? {} : { email: textIn(fields['email']) }),
    ...(fields['user_id'] === undefined ? {} : { userId: idIn(fields['user_id']) }),
  });
  return written(hosts, asked, changed, 200);
}
