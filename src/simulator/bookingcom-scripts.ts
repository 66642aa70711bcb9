import {
  attachmentIdOf,
  conversationIds,
  findAttachment,
  findMessage,
  messageIdOf,
  type Stay,
  stayOf,
} from './bookingcom.ts';
import type { AttachmentTruth, ProviderSimulator } from './contract.ts';
import type { Side } from './estate.ts';
import type { World } from './world.ts';

/** What scripts do at Booking.com past an API, the same from either side of a thread. */
export type BookingScripts = Required<
  Pick<
    ProviderSimulator,
    'guestWrites' | 'hostWritesElsewhere' | 'changeMessage' | 'addAttachment' | 'attachments' | 'removeConversation'
  >
>;

/** Scripts for an account that speaks for `us`: the participant is the other side. */
export function createBookingScripts(world: World, us: Side): BookingScripts {
  const participant: Side = us === 'host' ? 'guest' : 'host';
  const idAt = (conversation: string): number => stayNamed(world, conversation).conversation.id;
  return {
    guestWrites(conversation, body, { attachments = [], ...how } = {}) {
      const attachmentIds = attachments.map((id) => fileNamed(world, id));
      return messageIdOf(world.write(idAt(conversation), { by: participant, body, attachmentIds, ...how }));
    },
    hostWritesElsewhere(conversation, body) {
      if (us === 'host') world.markRead(idAt(conversation));
      return messageIdOf(world.write(idAt(conversation), { by: us, body }));
    },
    changeMessage: (message, change) => void world.changeMessage(findMessage(world, message)?.id ?? 0, change),
    addAttachment: (conversation, { by = 'participant', ...file }) =>
      attachmentIdOf(world.addAttachment(idAt(conversation), { by: by === 'us' ? us : participant, ...file })),
    attachments: () => attachmentTruths(world, us),
    removeConversation: (conversation) => world.removeConversation(idAt(conversation)),
  };
}

/** The thread of that id; a RangeError where there is none. */
export function stayNamed(world: World, externalId: string): Stay {
  const found = world.conversations.get(conversationIds.toInternal(externalId) ?? 0);
  const stay = found ? stayOf(world, found) : null;
  if (!stay) throw new RangeError(`[simulator] no conversation ${externalId}`);
  return stay;
}

function fileNamed(world: World, externalId: string): number {
  const file = findAttachment(world, externalId);
  if (!file) throw new RangeError(`[simulator] no attachment ${externalId}`);
  return file.id;
}

function attachmentTruths(world: World, us: Side): readonly AttachmentTruth[] {
  return [...world.attachments.values()].flatMap((file) => {
    const conversation = world.conversations.get(file.conversationId);
    if (!conversation || !stayOf(world, conversation)) return [];
    const holders = conversation.messages.filter(({ attachmentIds }) => attachmentIds.includes(file.id));
    return [
      {
        externalId: attachmentIdOf(file),
        conversationExternalId: conversationIds.toExternal(conversation.id),
        messageExternalIds: holders.map(messageIdOf),
        sentBy: file.by === us ? 'us' : 'participant',
        ...{ name: file.name, contentType: file.contentType, bytes: file.bytes },
      },
    ];
  });
}
