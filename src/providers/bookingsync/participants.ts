import type { Call, ConversationKey } from '../contract.ts';
import { idsOfKeys } from './conversation-ids.ts';
import type { BookingsyncCredentials } from './credentials.ts';
import { nonsense, refusal } from './failures.ts';
import { byId, lists, readByIds } from './lists.ts';
import type { Known } from './memory.ts';
import { hostsOf } from './people.ts';
import { oursIn, type Place, placeOf } from './places.ts';
import type { Ask, Session } from './session.ts';
import { isObject, type WireConversation, wireConversation, wireParticipant } from './wire.ts';

/** Finds and makes our own part in conversations: only a host's participant can write there ("Inbox guide"). */
export interface Participants {
  /** Where a key's conversation is, without asking where that is known. Its id is null where there is none. */
  placeOf(key: ConversationKey, call: Call): Promise<Place>;
  /** The conversation as it is now. */
  read(operation: string, id: string, call: Call): Promise<WireConversation>;
  /** Our participant; null where there is none. */
  in(conversation: WireConversation): string | null;
  /** Our participant, made where there is none: once, however many are at it. A guest's is never made. */
  ensure(conversation: WireConversation, call: Call): Promise<string>;
}

// At some twenty bytes each.
const MOST_MADE = 200;

export function createParticipants(session: Session, { hostId }: BookingsyncCredentials): Participants {
  const inside = (conversation: WireConversation) => oursIn(conversation, hostId)?.id ?? null;
  return {
    async placeOf(key, call) {
      const place = placeOf(key.address);
      const [conversation = null] = await idsOfKeys(session.ask, [key], call);
      if (place.us !== null || conversation === null) return { ...place, conversation };
      const { made } = await session.known();
      return { ...place, conversation, us: made.findLast(([id]) => id === conversation)?.[1] ?? null };
    },

    read: (operation, id, call) => readOne(session.ask, operation, id, call),
    in: inside,

    // No two are ever the same to the provider: a host was seen six times in one conversation ("Participants", recorded).
    async ensure({ id }, call) {
      const { made } = await session.alone('participant', call, async ({ made, hosts }, ask) => {
        const found = inside(await readOne(ask, 'participant', id, call));
        const ours = found ?? (await make(ask, id, hostId ?? (await chooseHost(ask, hosts, call)), call));
        return { made: [...made.filter(([of]) => of !== id), [id, ours]].slice(-MOST_MADE) };
      });
      const ours = made.findLast(([of]) => of === id)?.[1];
      if (ours !== undefined) return ours;
      throw nonsense('participant', 'was not kept');
    },
  };
}

async function readOne(ask: Ask, operation: string, id: string, call: Call): Promise<WireConversation> {
  const query = { include: 'participants' };
  const [item] = await readByIds(ask, lists.conversations, { ids: [id], query }, call);
  const wire = wireConversation.safeParse(item).data;
  if (!wire) throw refusal(operation, 'not-found', 'there is no such conversation');
  if (wire.participants !== null || wire.participantIds.length === 0) return wire;
  const items = await readByIds(ask, lists.participants, { ids: wire.participantIds }, call);
  return { ...wire, participants: items.flatMap((one) => wireParticipant.safeParse(one).data ?? []) };
}

/** One who is a user of the account goes before one who only stands for somebody ("Hosts"). */
async function chooseHost(ask: Ask, known: Known['hosts'], call: Call): Promise<string> {
  const hosts = known && known.all.length > 0 ? known.all : await hostsOf(ask, call);
  const [first] = [...hosts].sort((a, b) => Number(b.isUser) - Number(a.isUser) || byId(a.id, b.id));
  if (first) return first.id;
  throw refusal('participant', 'invalid', 'the account has no host to write as');
}

async function make(ask: Ask, conversation: string, host: string, call: Call): Promise<string> {
  const participant = {
    conversation_id: asGiven(conversation),
    member_id: asGiven(host),
    member_type: 'Host',
    read: true,
  };
  const asked = { method: 'POST', path: lists.participants.path, body: { participants: [participant] } } as const;
  const made = (await ask('participant', asked, call)).body.participants;
  const id = Array.isArray(made) && isObject(made[0]) ? wireParticipant.safeParse(made[0]).data?.id : undefined;
  if (id !== undefined) return id;
  throw nonsense('participant', 'the answer names no participant');
}

/** Ids are numbers where they are given back. */
export function asGiven(id: string): number | string {
  return /^\d{1,15}$/.test(id) ? Number(id) : id;
}
