import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, Deps, OutgoingMessage, ProviderAdapter } from '../contract.ts';
import { asProviderError, harmless, nonsense, refusal } from './failures.ts';
import { lists } from './lists.ts';
import { channelIn } from './map.ts';
import type { News } from './news.ts';
import { asGiven, type Participants } from './participants.ts';
import { applicationOf, type People } from './people.ts';
import type { Session } from './session.ts';
import { readPages } from './threads.ts';
import { idOf, stampOf, type WireConversation, wireMessage } from './wire.ts';

interface Parts {
  readonly session: Session;
  readonly participants: Participants;
  readonly people: People;
  readonly news: News;
  readonly deps: Deps;
}

/** What a message has to name. */
interface Target {
  readonly conversation: string;
  readonly sender: string;
  readonly channel: string;
}

/**
 * Writes one message as the host's participant. There is no key of ours to send along, so only a clear refusal counts as one; what only
 * prepares it has no effect on the guest. A stored message is not yet a delivered one: no field tells of that.
 */
export function createSending(parts: Parts): ProviderAdapter['send'] {
  const { session, deps } = parts;
  return async (message, call) => {
    try {
      const body = await bodyOf(message, parts, call).catch((error) => {
        throw harmless('send', error);
      });
      const asked = { method: 'POST', path: lists.messages.path, body, secret: [message.body] } as const;
      const { messages } = (await session.ask('send', asked, call)).body;
      const sent = wireMessage.safeParse(Array.isArray(messages) ? messages[0] : null).data;
      if (!sent) throw nonsense('send', 'there is no message in the answer');
      return { kind: 'accepted', id: brand(sent.id), at: sent.sentAt ?? deps.now(), notes: [] };
    } catch (cause) {
      const error = asProviderError('send', cause);
      return { kind: error.noEffect ? 'rejected' : 'unknown', error };
    }
  };
}

/** Named are the channel, without which nothing is passed on to the guest, and a moment of ours, by which it can be found again. */
async function bodyOf(message: OutgoingMessage, parts: Parts, call: Call): Promise<JsonObject> {
  const attachments = message.attachments.map((id) => idOf(id));
  if (attachments.includes(null)) throw refusal('send', 'invalid', 'there is no such attachment');
  const { conversation, sender, channel } = await targetOf(message, parts, call);
  const words = {
    conversation_id: asGiven(conversation),
    sender_id: asGiven(sender),
    content: message.body,
    origin: 'bookingsync_inbox',
    channel,
    visibility: 'external',
    sent_at: stampOf(parts.deps.now()),
    attachment_ids: attachments.flatMap((id) => (id === null ? [] : [asGiven(id)])),
  };
  return { messages: [words] };
}

/** What was seen last is enough; else the conversation is read, and our participant made where there is none. */
async function targetOf(message: OutgoingMessage, parts: Parts, call: Call): Promise<Target> {
  const { participants } = parts;
  const { conversation, us, channel } = await participants.placeOf(message.conversation, call);
  if (conversation === null) throw refusal('send', 'not-found', 'there is no conversation');
  if (us !== null && channel !== null) return { conversation, sender: us, channel };
  const wire = await participants.read('send', conversation, call);
  const found = await channelOf(wire, parts, call);
  if (found === null) throw refusal('send', 'invalid', 'it is not known on which channel the guest reads');
  return { conversation, sender: participants.in(wire) ?? (await participants.ensure(wire, call)), channel: found };
}

/** The conversation's own; else that of the application which made it; else where somebody wrote last. */
async function channelOf(wire: WireConversation, { people, session, news }: Parts, call: Call): Promise<string | null> {
  if (wire.channel !== null) return wire.channel;
  const channels = await people.channels(applicationOf(wire), call);
  const channel = channels[wire.creator?.id ?? ''];
  if (channel !== undefined) return channel;
  const [slot] = await readPages(session.ask, news, [{ wire, older: null }], call);
  return slot?.ok && slot.value ? channelIn(slot.value.items) : null;
}
