/** A string that only fits where its kind is meant. */
export type Branded<Kind extends string> = string & { readonly kind: Kind };

export type TenantId = Branded<'tenant'>;
export type AccountId = Branded<'account'>;
export type ConversationId = Branded<'conversation'>;
export type ParticipantId = Branded<'participant'>;
export type MessageId = Branded<'message'>;
export type BookingId = Branded<'booking'>;
export type LeadId = Branded<'lead'>;
export type AttachmentId = Branded<'attachment'>;

/** Ids of the other side. Only a provider's folder makes or reads one; all else compares and stores them. */
export type ExternalConversationId = Branded<'external conversation'>;
export type ExternalParticipantId = Branded<'external participant'>;
export type ExternalMessageId = Branded<'external message'>;
export type ExternalBookingId = Branded<'external booking'>;
export type ExternalLeadId = Branded<'external lead'>;
export type ExternalAttachmentId = Branded<'external attachment'>;

/** Types that have a global id, with the prefix that each of their ids begins with. Prefixes are stored: they never change. */
export const idPrefixes = {
  Tenant: 'ten',
  Account: 'acc',
  Conversation: 'cnv',
  ConversationParticipant: 'prt',
  ConversationMessage: 'msg',
  Booking: 'bkg',
  Lead: 'led',
  Attachment: 'att',
} as const;

export type NodeType = keyof typeof idPrefixes;

const typeOfPrefix = new Map(Object.entries(idPrefixes).map(([type, prefix]) => [prefix as string, type as NodeType]));
const idForm = /^([a-z]{3})_[0-9a-f]{32}$/;

/** The type that a global id names, or null where it is no id of ours. */
export function nodeTypeOf(id: string): NodeType | null {
  const prefix = idForm.exec(id)?.[1];
  return prefix === undefined ? null : (typeOfPrefix.get(prefix) ?? null);
}

/** Marks a string as an id of the kind asked for. The caller vouches for it. */
export function brand<Id extends Branded<string>>(value: string): Id {
  return value as Id;
}
