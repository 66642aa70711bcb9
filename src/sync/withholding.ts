import type { ConversationId, ExternalConversationId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type {
  ProviderBooking,
  ProviderConversation,
  ProviderEvent,
  ProviderLead,
  ProviderMessage,
  ProviderParticipant,
} from '../domain/messaging.ts';
import type { Sealer } from '../lib/seal.ts';
import type { AccountRow } from '../store/account-lock.ts';
import { externalIdsOf, participantKey, unwrittenParticipantKey } from '../store/conversation-keys.ts';
import type { Transaction } from '../store/database.ts';
import type { ToldMessage } from '../store/message-writes.ts';
import { type PastKeeping, pastKeeping } from '../store/retention.ts';
import { conversationsSending } from '../store/settling.ts';
import { type ErasedKind, type ErasedThing, erasureKeys, type Tombstone, tombstonesOf } from '../store/tombstones.ts';
import type { Batch } from './batch.ts';

const DAY_MS = 86_400_000;

/** What is to be kept out of a batch, as what else was told goes in: of people who were erased, and past what their tenant keeps. */
export interface Withholding {
  /** The events without what is kept out. */
  people(events: readonly ProviderEvent[]): Promise<readonly ProviderEvent[]>;
  /** The messages, those that are kept out without what was written. */
  messages(told: readonly ToldMessage[]): Promise<readonly ToldMessage[]>;
}

/** Null where an account has nothing to be kept out: nobody was erased from it, and its tenant keeps everything. */
export function withholdingOf(
  tx: Transaction,
  account: AccountRow,
  options: { readonly batch: Batch; readonly sealer: Sealer; readonly now: Date; readonly windowMs: number },
): Withholding | null {
  if (!account.erases && account.keep_days === null) return null;
  const { batch, sealer, now, windowMs } = options;
  const before = account.keep_days === null ? null : new Date(now.getTime() - account.keep_days * DAY_MS);
  const look = async (things: readonly ErasedThing[]): Promise<Erased> => {
    const keys = account.erases ? await erasureKeys(tx, account.tenant_id, sealer) : [];
    const found = await tombstonesOf(tx, account, keys, things);
    const stones = new Map(things.map((thing, place) => [nameOf(thing.kind, thing.externalId), found[place] ?? null]));
    return (kind, externalId) => (externalId === null ? null : (stones.get(nameOf(kind, externalId)) ?? null));
  };
  return {
    async people(events) {
      const erased = await look(events.flatMap(thingsOf));
      const old = before && (await pastKeeping(tx, account, toldOf(events), before));
      const fresh = before ? freshIn(batch, before) : new Set<string>();
      return events.map((event) => withoutPeople(event, { erased, old, fresh }));
    },
    async messages(told) {
      const homes = await externalIdsOf(tx, [...new Set(told.map((one) => one.conversationId))]);
      const conversations = [...new Set(homes.values())];
      const erased = await look([
        ...conversations.map((externalId) => ({ kind: 'conversation' as const, externalId })),
        ...told.map(({ message }) => ({ kind: 'message' as const, externalId: message.externalId })),
      ]);
      const sending = { in: await conversationsSending(tx, [...homes.keys()]), windowMs };
      return told.map((one) => {
        const home = erased('conversation', homes.get(one.conversationId) ?? null);
        const known = erased('message', one.message.externalId) !== null;
        const out = known || isOld(one.message, before) || isOf(home, one, sending);
        return out ? { ...one, message: withoutText(one.message), erased: true as const } : one;
      });
    },
  };
}

type Erased = (kind: ErasedKind, externalId: string | null) => Tombstone | null;

interface Kept {
  readonly erased: Erased;
  readonly old: PastKeeping | null;
  /** Conversations of which something young is told beside them. */
  readonly fresh: ReadonlySet<string>;
}

function withoutPeople(event: ProviderEvent, { erased, old, fresh }: Kept): ProviderEvent {
  switch (event.type) {
    case 'conversation': {
      const { conversation } = event;
      const gone = erased('participant', participantKey(conversation)) !== null;
      const closed = erased('conversation', conversation.externalId) !== null;
      const past = old?.conversations.has(conversation.externalId) && !fresh.has(conversation.externalId);
      return gone || closed || past
        ? { ...event, conversation: nameless(conversation, closed || past === true) }
        : event;
    }
    case 'unwritten': {
      const { participant } = event.conversation;
      if (!participant || !erased('participant', unwrittenParticipantKey(event.conversation))) return event;
      return { ...event, conversation: { ...event.conversation, participant: withoutName(participant) } };
    }
    case 'booking': {
      const out = erased('booking', event.booking.externalId) || old?.bookings.has(event.booking.externalId);
      return out ? { ...event, booking: { ...event.booking, raw: null } satisfies ProviderBooking } : event;
    }
    case 'lead': {
      const out = erased('lead', event.lead.externalId) || old?.leads.has(event.lead.externalId);
      const lead: ProviderLead = { ...event.lead, contactName: null, contactEmail: null, raw: null };
      return out ? { ...event, lead } : event;
    }
    case 'unreadable':
      return leaves(event.raw).some((leaf) => kinds.some((kind) => erased(kind, leaf)))
        ? { ...event, raw: null }
        : event;
    default:
      return event;
  }
}

/** A conversation whose participant has no name. One that is itself kept out has no subject either. */
function nameless(conversation: ProviderConversation, whole: boolean): ProviderConversation {
  const participant = conversation.participant && withoutName(conversation.participant);
  return { ...conversation, participant, raw: null, subject: whole ? null : conversation.subject };
}

function withoutName(participant: ProviderParticipant): ProviderParticipant {
  return { ...participant, name: null, email: null };
}

function withoutText(message: ProviderMessage): ProviderMessage {
  return { ...message, body: null, raw: null, attachments: [] };
}

function isOld({ sentAt }: ProviderMessage, before: Date | null): boolean {
  return before !== null && sentAt !== null && sentAt < before;
}

/** Whether a message is part of what was erased of its conversation. */
function isOf(
  home: Tombstone | null,
  { conversationId, message: { sentAt, sentBy } }: ToldMessage,
  sending: { readonly in: ReadonlySet<ConversationId>; readonly windowMs: number },
): boolean {
  if (home === null || sentAt === null) return false;
  if (sentBy !== 'us') return sentAt <= home.erasedAt;
  if (!sending.in.has(conversationId)) return sentAt <= (home.settledAt ?? home.erasedAt);
  // What may be the echo of what is being sent keeps its text, by which it is known; where the erasure is over that was begun after it.
  return home.settledAt !== null && sentAt.getTime() < home.erasedAt.getTime() - sending.windowMs;
}

const kinds: readonly ErasedKind[] = ['participant', 'conversation', 'message', 'booking', 'lead'];

function thingsOf(event: ProviderEvent): readonly ErasedThing[] {
  const thing = (kind: ErasedKind, externalId: string | null): readonly ErasedThing[] =>
    externalId === null ? [] : [{ kind, externalId }];
  if (event.type === 'booking') return thing('booking', event.booking.externalId);
  if (event.type === 'lead') return thing('lead', event.lead.externalId);
  if (event.type === 'unwritten') return thing('participant', unwrittenParticipantKey(event.conversation));
  if (event.type === 'unreadable')
    return leaves(event.raw).flatMap((leaf) => kinds.map((kind) => ({ kind, externalId: leaf })));
  if (event.type !== 'conversation') return [];
  const { conversation } = event;
  return [...thing('conversation', conversation.externalId), ...thing('participant', participantKey(conversation))];
}

function toldOf(events: readonly ProviderEvent[]) {
  return {
    conversations: events.flatMap((event) => (event.type === 'conversation' ? [event.conversation.externalId] : [])),
    bookings: events.flatMap((event) => (event.type === 'booking' ? [event.booking.externalId] : [])),
    leads: events.flatMap((event) => (event.type === 'lead' ? [event.lead.externalId] : [])),
  };
}

function freshIn({ events }: Batch, before: Date): ReadonlySet<string> {
  const young = ({ sentAt }: ProviderMessage): boolean => sentAt === null || sentAt >= before;
  return new Set<ExternalConversationId>(
    events.flatMap((event) => {
      if (event.type === 'message') return young(event.message) ? [event.conversation] : [];
      if (event.type !== 'conversation') return [];
      return event.conversation.newest?.items.some(young) ? [event.conversation.externalId] : [];
    }),
  );
}

/** Every text and number in there. */
function leaves(value: Json): readonly string[] {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return Object.values(value).flatMap((one) => (one === undefined ? [] : leaves(one as Json)));
}

function nameOf(kind: ErasedKind, externalId: string): string {
  return `${kind} ${externalId}`;
}
