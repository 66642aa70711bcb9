import type { Clock } from '../../lib/clock.ts';
import type { World } from '../../simulator/world.ts';
import type { ConversationRow, FileRow, HostRow, MessageRow, ParticipantRow } from './simulator-rows.ts';
import type { BookingsyncSwitches } from './simulator-switches.ts';
import { createTable, type RowEvent, type Table } from './simulator-table.ts';

/** What happened, as webhooks tell it. */
export type News =
  | { readonly kind: 'conversation'; readonly event: RowEvent; readonly row: ConversationRow }
  | { readonly kind: 'message'; readonly event: RowEvent; readonly row: MessageRow };

/** All that the account holds. */
export interface Ledger {
  readonly world: World;
  readonly clock: Clock;
  readonly switches: BookingsyncSwitches;
  readonly conversations: Table<ConversationRow>;
  readonly messages: Table<MessageRow>;
  readonly participants: Table<ParticipantRow>;
  readonly files: Table<FileRow>;
  readonly hosts: Table<HostRow>;
  /** Rows by the estate's numbers. */
  readonly byWorld: {
    readonly conversations: Map<number, number>;
    readonly messages: Map<number, number>;
    readonly files: Map<number, number>;
  };
  /** When the estate's other things were last seen to change, by `booking:7`. */
  readonly sightings: Map<string, Sighting>;
  readonly listeners: Set<(news: News) => void>;
}

export interface Sighting {
  readonly seen: object;
  readonly updatedAt: Date;
}

/** An account with its hosts and nothing else: see `createNotices` for what fills it. */
export function createLedger(world: World, clock: Clock, switches: BookingsyncSwitches): Ledger {
  const listeners: Ledger['listeners'] = new Set();
  const now = (): Date => clock.now();
  const tell = (news: News): void => {
    for (const listener of listeners) listener(news);
  };
  const ledger: Ledger = {
    ...{ world, clock, switches, listeners, sightings: new Map() },
    conversations: createTable<ConversationRow>({
      ...{ firstId: 70, now },
      tell: (event, row) => tell({ kind: 'conversation', event, row }),
    }),
    messages: createTable<MessageRow>({
      ...{ firstId: 501, now, groupOf: (row) => row.conversationId },
      tell: (event, row) => tell({ kind: 'message', event, row }),
    }),
    participants: createTable<ParticipantRow>({ firstId: 61, now, groupOf: (row) => row.conversationId }),
    files: createTable<FileRow>({ firstId: 31, now }),
    hosts: createTable<HostRow>({ firstId: 8, now }),
    byWorld: { conversations: new Map(), messages: new Map(), files: new Map() },
  };
  for (const host of people) addHost(ledger, host);
  return ledger;
}

// Users of the account first; the last stands for nobody in particular.
const people = [
  { firstname: 'Noor', lastname: 'Haddad', email: 'noor@example.test', userId: 3, sourceId: null },
  { firstname: 'Sam', lastname: 'Okafor', email: 'sam@example.test', userId: 4, sourceId: null },
  { firstname: 'Front', lastname: 'Desk', email: null, userId: null, sourceId: null },
] as const;

export function addHost(ledger: Ledger, host: Omit<HostRow, 'id' | 'createdAt' | 'updatedAt' | 'shownFrom'>): HostRow {
  const at = ledger.clock.now();
  return ledger.hosts.add((id) => ({ id, ...host, createdAt: at, updatedAt: at, shownFrom: 0 }));
}

/** Rows that can be read now. */
export function shown<R extends { readonly shownFrom: number }>({ clock }: Ledger, rows: readonly R[]): readonly R[] {
  const now = clock.now().getTime();
  return rows.filter(({ shownFrom }) => shownFrom <= now);
}

/** The participants of a conversation that can be seen as the switches are. */
export function participantsOf(ledger: Ledger, conversation: number): readonly ParticipantRow[] {
  return shown(ledger, ledger.participants.of(conversation)).filter((row) => isThere(ledger, row));
}

export function isThere({ switches }: Ledger, { role, lastMessageSentAt }: ParticipantRow): boolean {
  if (role === 'plain') return true;
  if (role === 'double') return switches.hostParticipant === 'duplicate';
  return switches.hostParticipant !== 'missing' || lastMessageSentAt !== null;
}

/** Ids of the estate's bookings that a conversation hangs from. */
export function bookingsOf({ world }: Ledger, row: ConversationRow): readonly number[] {
  const subjects = world.conversations.get(row.worldId ?? 0)?.subjects ?? [];
  const own = subjects.flatMap((subject) => (subject.kind === 'booking' ? [subject.id] : []));
  return [...new Set([...own, ...row.connected])].filter((id) => !row.disconnected.includes(id));
}

export function leadsOf({ world }: Ledger, row: ConversationRow): readonly number[] {
  const subjects = world.conversations.get(row.worldId ?? 0)?.subjects ?? [];
  return subjects.flatMap((subject) => (subject.kind === 'lead' ? [subject.id] : []));
}
