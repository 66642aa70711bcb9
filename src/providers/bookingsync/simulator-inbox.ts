import type { Json, JsonObject } from '../../domain/json.ts';
import { applications, channelFor, ownApplication, sources } from './simulator-channels.ts';
import { bookingsOf, isThere, type Ledger, leadsOf, participantsOf, shown } from './simulator-ledger.ts';
import type { Resource } from './simulator-listing.ts';
import { clients, hosts } from './simulator-people.ts';
import type { Asked } from './simulator-replies.ts';
import { type ConversationRow, type MessageRow, type ParticipantRow, toId } from './simulator-rows.ts';
import type { Table } from './simulator-table.ts';
import { timeOrNull, timeText } from './simulator-times.ts';

/** Threads. */
export const conversations: Resource<ConversationRow> = {
  ...{ name: 'conversations', path: 'inbox/conversations', perPage: 100, synced: true },
  templates: {
    ...{ account: 'accounts', assignee: 'hosts', source: 'sources', bookings: 'bookings', inquiries: 'inquiries' },
    ...{ messages: 'inbox/messages', participants: 'inbox/participants' },
  },
  ...kept(({ conversations }) => conversations),
  show: showConversation,
  includes: {
    participants: ({ ledger, handling }, row) =>
      handling.arrange(participantsOf(ledger, row.id).map((participant) => showParticipant(participant))),
    messages({ ledger, handling }, row) {
      if (!ledger.switches.includeMessages) return undefined;
      handling.countConversation();
      return handling.arrange(shown(ledger, ledger.messages.of(row.id)).map((one) => showMessage(ledger, one)));
    },
  },
};

/** Messages of all threads, mixed. */
export const messages: Resource<MessageRow> = {
  ...{ name: 'messages', path: 'inbox/messages', perPage: 100, synced: true },
  templates: {
    ...{ attachments: 'inbox/attachments', conversation: 'inbox/conversations', sender: 'inbox/participants' },
  },
  ...kept(({ messages }) => messages),
  show: ({ ledger }, row) => showMessage(ledger, row),
  includes: {
    sender({ ledger }, row) {
      const sender = ledger.participants.get(row.senderId);
      return sender ? showParticipant(sender) : null;
    },
  },
  read({ handling }, rows) {
    for (const _ of new Set(rows.map(({ conversationId }) => conversationId))) handling.countConversation();
  },
};

/** Who takes part. */
export const participants: Resource<ParticipantRow> = {
  ...{ name: 'participants', path: 'inbox/participants', perPage: 100, synced: true },
  templates: {
    conversation: 'inbox/conversations',
    client: 'clients/{participants.member.id}',
    host: 'hosts/{participants.member.id}',
  },
  ...kept(({ participants }) => participants, isThere),
  show: (_, row) => showParticipant(row),
  includes: { member: memberOf },
};

/** How rows of the account's own are listed. `there`: whether one can be seen. */
function kept<R extends ConversationRow | MessageRow | ParticipantRow>(
  tableIn: (ledger: Ledger) => Table<R>,
  there: (ledger: Ledger, row: R) => boolean = () => true,
): Pick<Resource<R>, 'list' | 'find'> & Required<Pick<Resource<R>, 'updatedAt' | 'deletedSince'>> {
  const visible = (ledger: Ledger, rows: readonly R[]): readonly R[] =>
    shown(ledger, rows).filter((row) => there(ledger, row));
  return {
    list: ({ ledger }) => visible(ledger, tableIn(ledger).all()),
    find({ ledger }, id) {
      const row = tableIn(ledger).get(id);
      return (row && visible(ledger, [row])[0]) ?? null;
    },
    updatedAt: (_, row) => row.updatedAt,
    deletedSince: ({ ledger }, since) => tableIn(ledger).deletedSince(since),
  };
}

function showConversation(asked: Asked, row: ConversationRow): JsonObject {
  const { ledger, account } = asked;
  const { switches } = ledger;
  const creator = creatorOf(ledger, row);
  return {
    links: {
      account: account.id,
      assignee: row.assigneeId,
      bookings: bookingsOf(ledger, row).map((id) => toId('booking', id)),
      inquiries: leadsOf(ledger, row).map((id) => toId('lead', id)),
      source: row.sourceId ?? sourceOf(ledger, row),
      messages: shown(ledger, ledger.messages.of(row.id)).map(({ id }) => id),
      participants: participantsOf(ledger, row.id).map(({ id }) => id),
      ...(switches.createdBy === 'links' ? { created_by: creator } : {}),
    },
    id: row.id,
    subject: row.subject,
    default_channel: defaultChannelOf(ledger, row),
    last_message_at: timeOrNull(row.lastMessageAt),
    closed_at: timeOrNull(row.closedAt),
    deadline_response_at: timeOrNull(row.deadlineAt),
    marked_as_spam_at: timeOrNull(row.spamAt),
    read_at: timeOrNull(row.readAt),
    ...(switches.createdBy === 'top' ? { created_by_id: creator.id, created_by_type: creator.type } : {}),
    created_at: timeText(row.createdAt),
    updated_at: timeText(row.updatedAt),
  };
}

/** The channel that messages should name to be forwarded to the guest. */
export function defaultChannelOf(ledger: Ledger, row: ConversationRow): string | null {
  const { switches } = ledger;
  const own = ownChannelOf(ledger, row);
  if (row.defaultChannel === null && switches.defaultChannel === 'null') return null;
  return told(ledger, row.defaultChannel ?? own);
}

/** By which way the guest is reached in truth; null where nobody is. */
export function ownChannelOf({ world }: Ledger, row: ConversationRow): string | null {
  const conversation = world.conversations.get(row.worldId ?? 0);
  return conversation ? channelFor(conversation.channel) : null;
}

/** Channel conversations are made by the channel's application, others by a user, and those of the API by who asked. */
function creatorOf(ledger: Ledger, row: ConversationRow): { readonly id: number; readonly type: string } {
  if (row.worldId === null) return { id: ownApplication.id, type: 'Doorkeeper::Application' };
  const channel = ownChannelOf(ledger, row);
  const application = applications.find((one) => one.channel === channel);
  return application ? { id: application.id, type: 'Doorkeeper::Application' } : { id: 3, type: 'User' };
}

function sourceOf(ledger: Ledger, row: ConversationRow): number | null {
  const [booking] = bookingsOf(ledger, row);
  const platform = ledger.world.bookings.get(booking ?? 0)?.platform;
  return sources.find(({ name }) => name === platform)?.id ?? null;
}

export function showMessage(ledger: Ledger, row: MessageRow): JsonObject {
  return {
    links: { attachments: row.attachmentIds, conversation: row.conversationId, sender: row.senderId },
    id: row.id,
    channel: channelOf(ledger, row),
    content: row.content,
    origin: row.origin,
    visibility: row.visibility,
    sent_at: ledger.switches.sentAt === 'told' ? timeOrNull(row.sentAt) : null,
    created_at: timeText(row.createdAt),
    updated_at: timeText(row.updatedAt),
  };
}

/** A message's channel as it is told now. */
export function channelOf(ledger: Ledger, { channel }: MessageRow): string | null {
  return told(ledger, channel);
}

function told({ switches }: Ledger, channel: string | null): string | null {
  return channel === null ? null : (switches.unknownChannel ?? channel);
}

export function showParticipant(row: ParticipantRow): JsonObject {
  return {
    links: { conversation: row.conversationId, member: { id: row.memberId, type: row.memberType } },
    id: row.id,
    created_at: timeText(row.createdAt),
    updated_at: timeText(row.updatedAt),
    last_message_sent_at: timeOrNull(row.lastMessageSentAt),
    read_at: timeOrNull(row.readAt),
  };
}

/** The person behind a participant; guests only for who may see clients. */
function memberOf(asked: Asked, row: ParticipantRow): Json | undefined {
  if (row.memberType === 'Host') {
    const host = hosts.find(asked, row.memberId);
    return host ? hosts.show(asked, host) : null;
  }
  if (!asked.grant.scopes.includes('clients_read')) return undefined;
  const client = clients.find(asked, row.memberId);
  return client ? clients.show(asked, client) : null;
}
