import type { ConversationId } from '../domain/ids.ts';
import { builder } from './builder.ts';
import { type Capabilities, capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { conversationRef } from './refs.ts';
import { attempt, type Refusal, refusal, refusalOf, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

/** What came of changing a conversation at its provider. */
export interface ConversationChange {
  readonly id: ConversationId | null;
  readonly errors: readonly Refusal[];
}

/** The payload of a mutation that changes one conversation. */
export function conversationPayload(name: string, description: string) {
  return builder.objectRef<ConversationChange>(name).implement({
    description,
    fields: (t) => ({
      conversation: t.field({
        type: conversationRef,
        nullable: true,
        authScopes: { scope: 'messages:read' },
        description: 'The conversation as it is now. Null where that was refused.',
        resolve: ({ id }, _args, { loaders }) => id && loaders.conversations.load(id),
      }),
      errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
    }),
  });
}

/** Changes a caller's conversation where its capabilities allow that. `globalId` is as the caller gave it. */
export async function changeConversation(
  globalId: string,
  ability: Exclude<keyof Capabilities, 'replyWindow'>,
  change: (id: ConversationId) => Promise<void>,
  context: Context,
): Promise<ConversationChange> {
  const id = idOf<ConversationId>('Conversation', globalId);
  const conversation = id && (await context.loaders.conversations.load(id));
  if (!conversation)
    return { id: null, errors: [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')] };
  const hindered = hindrance((await capabilitiesIn(conversation, context))[ability], 'conversationId');
  if (hindered) return { id: null, errors: [refusalOf(hindered)] };
  const { errors } = await attempt(() => change(id));
  if (errors.length > 0) return { id: null, errors };
  written(context);
  return { id, errors };
}
