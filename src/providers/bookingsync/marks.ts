import type { Call, ConversationKey, ProviderAdapter } from '../contract.ts';
import { refusal } from './failures.ts';
import { lists } from './lists.ts';
import type { Participants } from './participants.ts';
import type { Session } from './session.ts';

type Marks = Required<Pick<ProviderAdapter, 'markRead' | 'setClosed'>>;

/** Notes of our side: read is a participant's own mark, up to now, and closed is the conversation's. */
export function createMarks(session: Session, participants: Participants): Marks {
  const placeIn = async (operation: string, key: ConversationKey, call: Call) => {
    const { conversation, us } = await participants.placeOf(key, call);
    if (conversation === null) throw refusal(operation, 'not-found', 'there is no conversation');
    return { conversation, us };
  };

  return {
    /** Nobody of ours has anything to read where none takes part, and nobody is let in for that. */
    async markRead(key, messages, call) {
      if (messages.length === 0) return;
      const { conversation, us } = await placeIn('markRead', key, call);
      const reader = us ?? participants.in(await participants.read('markRead', conversation, call));
      if (reader === null) return;
      const body = { participants: [{ read: true }] };
      await session.ask('markRead', { method: 'PUT', path: `${lists.participants.path}/${reader}`, body }, call);
    },

    async setClosed(key, closed, call) {
      const { conversation } = await placeIn('setClosed', key, call);
      const body = { conversations: [{ closed }] };
      await session.ask(
        'setClosed',
        { method: 'PUT', path: `${lists.conversations.path}/${conversation}`, body },
        call,
      );
    },
  };
}
