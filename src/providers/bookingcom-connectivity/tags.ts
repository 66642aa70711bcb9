import type { Call, ConversationKey, ProviderAdapter } from '../contract.ts';
import { nonsense } from './failures.ts';
import { completed, pathOf, placeOf } from './places.ts';
import type { Reading } from './reading.ts';
import { targetOf } from './sending.ts';
import type { Session } from './session.ts';

/** Message ids in one request; no limit is documented. */
const AT_ONCE = 50;

/** Tags messages as read for the property: the tag is one participant's, and this is the participant that we speak as. */
export function createMarkRead(session: Session, reading: Reading): NonNullable<ProviderAdapter['markRead']> {
  return async (conversation, messages, call) => {
    if (messages.length === 0) return;
    const { property, id, us } = await reader(session, reading, conversation, call);
    const path = pathOf('markRead', property, 'conversations', id, 'tags', 'message_read');
    for (let from = 0; from < messages.length; from += AT_ONCE) {
      const body = { message_ids: messages.slice(from, from + AT_ONCE), participant_id: us };
      await session.ask('markRead', { method: 'PUT', path, body }, call);
    }
  };
}

/** Sets or clears the tag of a whole conversation. What the answer says of it is not to be relied on. */
export function createSetNoReplyNeeded(
  session: Session,
  reading: Reading,
): NonNullable<ProviderAdapter['setNoReplyNeeded']> {
  return async (conversation, value, call) => {
    const { property, id } = await targetOf(conversation, reading, 'setNoReplyNeeded', call);
    const path = pathOf('setNoReplyNeeded', property, 'conversations', id, 'tags', 'no_reply_needed');
    await session.ask('setNoReplyNeeded', { method: value ? 'PUT' : 'DELETE', path }, call);
  };
}

async function reader(session: Session, reading: Reading, key: ConversationKey, call: Call) {
  const place = placeOf(key.address);
  const { property, us } = place.us === null ? completed(place, (await session.known()).voices) : place;
  if (property !== null && us !== null && key.externalId !== null) return { property, us, id: key.externalId };
  const target = await targetOf(key, reading, 'markRead', call);
  const learned = us ?? (await session.known()).voices[target.property] ?? (await voiceIn(reading, key, call));
  if (learned === null) throw nonsense('markRead', 'the conversation does not say who we are');
  return { ...target, us: learned };
}

async function voiceIn(reading: Reading, key: ConversationKey, call: Call): Promise<string | null> {
  return (await reading.thread(key, 'markRead', call))?.read.place.us ?? null;
}
