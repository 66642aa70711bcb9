import {
  type AccountId,
  type BookingId,
  brand,
  type ConversationId,
  type ExternalConversationId,
  type ExternalParticipantId,
  type LeadId,
  type MessageId,
  type ParticipantId,
} from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Address, Assignee, Conversation, ConversationFacts } from '../domain/messaging.ts';
import { type Cell, moment, toBooleanOrNull, toDate, toDateOrNull } from './statement.ts';

/** The cells of `conversationColumns`. */
export type ConversationCells = [
  id: string,
  accountId: string,
  externalId: Cell,
  address: string,
  participantId: Cell,
  participantName: Cell,
  participantEmail: Cell,
  participantExternalId: Cell,
  channel: Cell,
  subject: Cell,
  bookingId: Cell,
  leadId: Cell,
  lastMessageId: Cell,
  lastMessageAt: Cell,
  orderAt: string,
  unreadCount: string,
  noReplyNeeded: Cell,
  closedAt: Cell,
  assignee: Cell,
  facts: Cell,
  observedAt: string,
  messagesReadAt: Cell,
  historyComplete: string,
  historyCursor: Cell,
];

/** What to select from `conversationSource`. A participant without an id of its own is stored as "of" its conversation's. */
export const conversationColumns = `c.id, c.account_id, c.external_id, c.address,
  c.participant_id, p.name, p.email, CASE WHEN p.external_id LIKE 'of %' THEN NULL ELSE p.external_id END,
  c.channel, c.subject, c.booking_id, c.lead_id, c.last_message_id, ${moment('c.last_message_at')}, ${moment('c.order_at')},
  c.unread_count, c.no_reply_needed, ${moment('c.closed_at')}, c.assignee, c.facts, ${moment('c.observed_at')},
  ${moment('c.messages_read_at')}, c.history_complete, c.history_cursor`;

/** What conversations are read from: they as `c`, each with its participant as `p`. */
export const conversationSource = `conversation c
  LEFT JOIN participant p ON p.tenant_id = c.tenant_id AND p.id = c.participant_id`;

/** Reads a conversation. */
export function toConversation(cells: ConversationCells): Conversation {
  const [id, accountId, externalId, address, participantId, name, email, participantExternalId, ...rest] = cells;
  const [channel, subject, bookingId, leadId, lastMessageId, lastMessageAt, orderAt, unreadCount, ...last] = rest;
  const [noReplyNeeded, closedAt, assignee, facts, observedAt, messagesReadAt, historyComplete, historyCursor] = last;
  return {
    id: brand<ConversationId>(id),
    accountId: brand<AccountId>(accountId),
    externalId: externalId === null ? null : brand<ExternalConversationId>(externalId),
    address: JSON.parse(address) as Address,
    participantId: participantId === null ? null : brand<ParticipantId>(participantId),
    participantName: name,
    participantEmail: email,
    participantExternalId: participantExternalId === null ? null : brand<ExternalParticipantId>(participantExternalId),
    channel,
    subject,
    bookingId: bookingId === null ? null : brand<BookingId>(bookingId),
    leadId: leadId === null ? null : brand<LeadId>(leadId),
    lastMessageId: lastMessageId === null ? null : brand<MessageId>(lastMessageId),
    lastMessageAt: toDateOrNull(lastMessageAt),
    orderAt: toDate(orderAt),
    unreadCount: Number(unreadCount),
    noReplyNeeded: toBooleanOrNull(noReplyNeeded),
    closedAt: toDateOrNull(closedAt),
    assignee: assignee === null ? null : (JSON.parse(assignee) as Assignee),
    facts: facts === null ? null : toFacts(JSON.parse(facts)),
    observedAt: toDate(observedAt),
    messagesReadAt: toDateOrNull(messagesReadAt),
    historyComplete: historyComplete === 't',
    historyCursor,
  };
}

function toFacts(value: unknown): ConversationFacts | null {
  if (typeof value !== 'object' || value === null) return null;
  const { canReply, replyUntil, replyBlockedBy, details, mailed } = value as Readonly<Record<string, unknown>>;
  return {
    canReply: typeof canReply === 'boolean' ? canReply : null,
    replyUntil: typeof replyUntil === 'string' ? new Date(replyUntil) : null,
    replyBlockedBy: typeof replyBlockedBy === 'string' ? replyBlockedBy : null,
    details: typeof details === 'object' ? (details as JsonObject | null) : null,
    ...(typeof mailed === 'boolean' && { mailed }),
  };
}
