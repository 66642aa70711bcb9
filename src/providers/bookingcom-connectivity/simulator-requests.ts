import { messageIdOf } from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { World } from '../../simulator/world.ts';

/** Structured requests of guests: what is still open in each thread ("Understanding the Messaging API"). */
export interface Requests {
  /** The property has written through the API: whatever it said, that answers all that can be answered so. */
  answered(conversation: number): void;
  /** Ids of the requests that wait, oldest first. */
  openIn(conversation: number): readonly string[];
}

// Only the extranet can answer these; a message through the API is just a message.
const extranetOnly = ['change_dates_nr', 'cancel_booking'];

/** Nothing is answered yet. */
export function createRequests(world: World): Requests {
  const closed = new Set<number>();
  const isOpen = ({ id, special }: Message): boolean => special?.kind === 'self-service' && !closed.has(id);
  const isAnswerable = ({ special }: Message): boolean =>
    special?.kind === 'self-service' && !extranetOnly.includes(special.topic);
  const open = (conversation: number): readonly Message[] =>
    (world.conversations.get(conversation)?.messages ?? []).filter(isOpen);
  return {
    answered(conversation) {
      for (const message of open(conversation)) if (isAnswerable(message)) closed.add(message.id);
    },
    openIn: (conversation) => open(conversation).map(messageIdOf),
  };
}
