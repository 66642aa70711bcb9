import type { SentBy } from '../../domain/messaging.ts';
import type { Row } from './simulator-table.ts';

/*
 * What BookingSync keeps of its own beside the estate: its ids, its dates, and what no other inbox knows of. `worldId` is the
 * estate's number, null for what is here alone.
 */

export interface ConversationRow extends Row {
  readonly worldId: number | null;
  readonly subject: string | null;
  /** As it was set through the API; null: what it came by. */
  readonly defaultChannel: string | null;
  readonly lastMessageAt: Date | null;
  readonly closedAt: Date | null;
  readonly spamAt: Date | null;
  readonly deadlineAt: Date | null;
  readonly readAt: Date | null;
  readonly assigneeId: number | null;
  readonly sourceId: number | null;
  /** The estate's bookings that were hung on it, or taken off it, through the API. */
  readonly connected: readonly number[];
  readonly disconnected: readonly number[];
}

export interface MessageRow extends Row {
  readonly worldId: number | null;
  readonly conversationId: number;
  /** A participant. */
  readonly senderId: number;
  readonly content: string;
  /** As the estate has it: where that changes, so does this one. */
  readonly worldBody: string;
  readonly channel: string | null;
  readonly origin: string;
  readonly visibility: string;
  readonly sentAt: Date | null;
  readonly attachmentIds: readonly number[];
  /** Whether it came through the API. */
  readonly own: boolean;
}

export interface ParticipantRow extends Row {
  readonly conversationId: number;
  readonly memberId: number;
  readonly memberType: 'Host' | 'Client';
  /** `standing`: the Host that a conversation has by itself; `double`: one of his doubles. */
  readonly role: 'plain' | 'standing' | 'double';
  readonly readAt: Date | null;
  readonly lastMessageSentAt: Date | null;
}

export interface FileRow extends Row {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly by: SentBy;
  /** The estate's attachments that it is, one for each conversation. */
  readonly worldIds: readonly number[];
  /** Whether it came through the API: others are not seen before a message names them. */
  readonly own: boolean;
}

export interface HostRow extends Row {
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string | null;
  readonly userId: number | null;
  readonly sourceId: number | null;
}

/** Where the estate's own numbers begin as ids here. */
const offsets = { booking: 899, lead: 300, guest: 36, listing: 15 } as const;

export type Offset = keyof typeof offsets;

export function toId(kind: Offset, worldId: number): number {
  return worldId + offsets[kind];
}

export function toWorldId(kind: Offset, id: number): number {
  return id - offsets[kind];
}
