import type { Address } from '../../domain/messaging.ts';
import { byId } from './lists.ts';
import { idOf, type WireConversation, type WireParticipant } from './wire.ts';

/** Where a conversation is, and what a message into it has to name. All of it may be unknown but one way to find it. */
export interface Place {
  readonly conversation: string | null;
  readonly booking: string | null;
  readonly inquiry: string | null;
  /** Our participant in it: the sender of what we write. */
  readonly us: string | null;
  /** On which channel the guest reads. */
  readonly channel: string | null;
}

export const nowhere: Place = { conversation: null, booking: null, inquiry: null, us: null, channel: null };

/** A place as it is stored. */
export function addressOf(place: Partial<Place>): Address {
  return Object.fromEntries(
    Object.entries(place).flatMap(([field, value]) => (typeof value === 'string' ? [[field, value]] : [])),
  );
}

/** The place that an address names; what is none of ours names nothing. */
export function placeOf(address: Address): Place {
  const { channel } = address;
  return {
    conversation: idOf(address.conversation),
    booking: idOf(address.booking),
    inquiry: idOf(address.inquiry),
    us: idOf(address.us),
    channel: typeof channel === 'string' && channel !== '' ? channel : null,
  };
}

/** Whom of ours a conversation's participants are: the host that was set before all others, then the one who came first. */
export function oursIn(
  { participants }: Pick<WireConversation, 'participants'>,
  hostId: string | undefined,
): WireParticipant | null {
  const ours = (participants ?? []).filter(({ member }) => member?.type === 'Host').sort((a, b) => byId(a.id, b.id));
  return ours.find(({ member }) => member?.id === hostId) ?? ours[0] ?? null;
}
