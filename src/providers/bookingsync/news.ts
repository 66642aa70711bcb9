import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { ProviderConversation, ProviderEvent, ProviderMessage } from '../../domain/messaging.ts';
import type { Call } from '../contract.ts';
import { lists, readByIds } from './lists.ts';
import { bookingOf, byTime, conversationOf, type Files, fileOf, guestIn, leadOf, messageOf } from './map.ts';
import { applicationOf, type People } from './people.ts';
import type { Session } from './session.ts';
import {
  isObject,
  type WireConversation,
  type WireParticipant,
  wireBooking,
  wireConversation,
  wireInquiry,
  wireMessage,
  wireParticipant,
} from './wire.ts';

/** A conversation as it came and as it is told. */
export interface ToldConversation {
  readonly wire: WireConversation;
  readonly told: ProviderConversation;
}

/** A message as it is told, with the conversation that it names. */
export interface ToldMessage {
  readonly conversation: string | null;
  readonly message: ProviderMessage;
}

/** Items of the API's lists, told: with what they name by id alone, in as few requests as possible. */
export interface News {
  conversations(items: readonly Json[], call: Call): Promise<readonly ToldConversation[]>;
  /** Oldest first. `known` are participants that need not be asked for. */
  messages(items: readonly Json[], known: readonly WireParticipant[], call: Call): Promise<readonly ToldMessage[]>;
  /** The same as events; what cannot be read is told as such. */
  conversationEvents(items: readonly Json[], call: Call): Promise<readonly ProviderEvent[]>;
  messageEvents(items: readonly Json[], call: Call): Promise<readonly ProviderEvent[]>;
  bookingEvents(items: readonly Json[], call: Call): Promise<readonly ProviderEvent[]>;
  leadEvents(items: readonly Json[], call: Call): Promise<readonly ProviderEvent[]>;
}

export function createNews(session: Session, people: People, hostId: string | undefined): News {
  const conversations: News['conversations'] = async (items, call) => {
    const read = await withParticipants(session, once(items, wireConversation), call);
    const wires = read.map(({ wire }) => wire);
    const names = {
      guest: await people.guests([...new Set(wires.flatMap((wire) => guestIn(wire) ?? []))], call),
      assignee: await people.assignees([...new Set(wires.flatMap(({ assignee }) => assignee ?? []))], call),
      channels: await people.channels([...new Set(wires.flatMap(applicationOf))], call),
    };
    return read.map(({ wire, raw }) => ({ wire, told: conversationOf(wire, raw, { names, hostId }) }));
  };

  const messages: News['messages'] = async (items, known, call) => {
    const read = once(items, wireMessage);
    const senders = await sendersOf(
      session,
      read.map(({ wire }) => wire),
      known,
      call,
    );
    const attachments = await filesOf(
      session,
      read.flatMap(({ wire }) => wire.attachments),
      call,
    );
    return read
      .map(({ wire, raw }) => ({
        conversation: wire.conversation,
        message: messageOf(wire, raw, { sender: senders.get(wire.senderId ?? '') ?? null, attachments }),
      }))
      .sort((a, b) => byTime(a.message, b.message));
  };

  return {
    conversations,
    messages,
    async conversationEvents(items, call) {
      const told = await conversations(items, call);
      return [...unreadable(items, wireConversation, 'a conversation'), ...told.map((one) => eventOf(one.told))];
    },
    async messageEvents(items, call) {
      const told = await messages(items, [], call);
      return [...unreadable(items, wireMessage, 'a message'), ...told.map(messageEvent)];
    },
    async bookingEvents(items, call) {
      const read = once(items, wireBooking);
      const rentals = await people.rentalNames(
        read.flatMap(({ wire }) => wire.rental ?? []),
        call,
      );
      const told = read.map(({ wire, raw }) => bookingOf(wire, raw, rentals.get(wire.rental ?? '') ?? null));
      return [
        ...unreadable(items, wireBooking, 'a booking'),
        ...told.map((booking): ProviderEvent => ({ type: 'booking', booking })),
      ];
    },
    async leadEvents(items, call) {
      const read = once(items, wireInquiry);
      const rentals = await people.rentalNames(
        read.flatMap(({ wire }) => wire.rental ?? []),
        call,
      );
      const told = read.flatMap(({ raw }) => leadOf(raw, rentals) ?? []);
      return [
        ...unreadable(items, wireInquiry, 'an inquiry'),
        ...told.map((lead): ProviderEvent => ({ type: 'lead', lead })),
      ];
    },
  };
}

interface Reads<Wire> {
  safeParse(item: unknown): { readonly data?: Wire | undefined };
}

/** Items that can be read, each once: a page may hold one twice. */
function once<Wire extends { readonly id: string }>(items: readonly Json[], reads: Reads<Wire>) {
  const read = items.flatMap((raw) => {
    const wire = reads.safeParse(raw).data;
    return wire ? [{ wire, raw }] : [];
  });
  return [...new Map(read.map((one) => [one.wire.id, one])).values()];
}

/** Where participants were asked for and not brought along, they are read by their ids. */
async function withParticipants(
  session: Session,
  read: readonly { readonly wire: WireConversation; readonly raw: Json }[],
  call: Call,
) {
  const bare = read.filter(({ wire }) => wire.participants === null);
  const found = await participantsOf(
    session,
    bare.flatMap(({ wire }) => wire.participantIds),
    call,
  );
  return read.map(({ wire, raw }) => {
    if (wire.participants !== null) return { wire, raw };
    return { wire: { ...wire, participants: wire.participantIds.flatMap((id) => found.get(id) ?? []) }, raw };
  });
}

async function sendersOf(
  session: Session,
  wires: readonly { readonly sender: WireParticipant | null; readonly senderId: string | null }[],
  known: readonly WireParticipant[],
  call: Call,
): Promise<ReadonlyMap<string, WireParticipant>> {
  const told = [...known, ...wires.flatMap(({ sender }) => sender ?? [])].filter(({ member }) => member !== null);
  const senders = new Map(told.map((one) => [one.id, one]));
  const missing = wires.flatMap(({ senderId }) => (senderId === null || senders.has(senderId) ? [] : [senderId]));
  return new Map([...senders, ...(await participantsOf(session, missing, call))]);
}

async function participantsOf(session: Session, ids: readonly string[], call: Call) {
  const items = ids.length === 0 ? [] : await readByIds(session.ask, lists.participants, { ids }, call);
  const read = items.flatMap((item) => wireParticipant.safeParse(item).data ?? []);
  return new Map(read.map((one) => [one.id, one]));
}

/** Files that messages name by their ids alone, described together: asked for one by one they would cost a request each. */
async function filesOf(session: Session, ids: readonly string[], call: Call): Promise<Files> {
  const items = ids.length === 0 ? [] : await readByIds(session.ask, lists.attachments, { ids }, call);
  return new Map(items.flatMap((item) => fileOf(item) ?? []).map((file) => [String(file.externalId), file]));
}

function eventOf(conversation: ProviderConversation): ProviderEvent {
  return { type: 'conversation', conversation };
}

function messageEvent({ conversation, message }: ToldMessage): ProviderEvent {
  if (conversation === null)
    return { type: 'unreadable', reason: 'a message without a conversation', raw: message.raw };
  return { type: 'message', conversation: brand(conversation), address: null, message };
}

function unreadable<Wire>(items: readonly Json[], reads: Reads<Wire>, what: string): readonly ProviderEvent[] {
  return items.flatMap((raw): readonly ProviderEvent[] => {
    if (reads.safeParse(raw).data) return [];
    return [{ type: 'unreadable', reason: isObject(raw) ? `${what} without an id` : `${what} that is no object`, raw }];
  });
}
