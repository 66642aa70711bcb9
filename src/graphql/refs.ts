import type { Account, Failure, Tenant } from '../domain/account.ts';
import type { ProviderFace } from '../domain/gateway.ts';
import type { AccountId, ParticipantId } from '../domain/ids.ts';
import type { Booking, Conversation, Lead, Message } from '../domain/messaging.ts';
import type { Attachment } from '../store/attachments.ts';
import type { Delivery } from '../store/deliveries.ts';
import { builder } from './builder.ts';

/*
 * The names of types that point at each other: a file can refer to a type without importing the file that gives it its fields.
 */

/** The other party of a conversation. */
export interface Participant {
  readonly id: ParticipantId;
  readonly name: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
}

/** A provider's failure, with the account that met it. */
export interface AccountFailure extends Failure {
  readonly accountId: AccountId;
}

export const tenantRef = builder.objectRef<Tenant>('Tenant');
export const providerRef = builder.objectRef<ProviderFace>('Provider');
export const accountRef = builder.objectRef<Account>('Account');
export const providerErrorRef = builder.objectRef<AccountFailure>('ProviderError');
export const conversationRef = builder.objectRef<Conversation>('Conversation');
export const participantRef = builder.objectRef<Participant>('ConversationParticipant');
export const messageRef = builder.objectRef<Message>('ConversationMessage');
export const attachmentRef = builder.objectRef<Attachment>('Attachment');
export const deliveryRef = builder.objectRef<AccountDelivery>('Delivery');
export const bookingRef = builder.objectRef<Booking>('Booking');
export const leadRef = builder.objectRef<Lead>('Lead');

/** A delivery, with the account that it goes out by. */
export interface AccountDelivery extends Delivery {
  readonly accountId: AccountId;
}
