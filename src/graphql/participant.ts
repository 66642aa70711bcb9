import type { Conversation } from '../domain/messaging.ts';
import { nodeRef } from './node.ts';
import { type Participant, participantRef } from './refs.ts';

participantRef.implement({
  description: 'The other party of a conversation: the guest on a property’s account, the property on a guest’s.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    name: t.exposeString('name', { nullable: true, description: 'The name that the provider gives.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'An address that reaches them; with many providers an alias that forwards.',
    }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The provider’s own id. Null where it gives none.',
    }),
  }),
});

/** The other party of a conversation, null while nobody is known. */
export function participantOf(conversation: Conversation): Participant | null {
  if (conversation.participantId === null) return null;
  return {
    id: conversation.participantId,
    name: conversation.participantName,
    email: conversation.participantEmail,
    externalId: conversation.participantExternalId,
  };
}
