import type {
  Attachment,
  Booking,
  Conversation,
  Guest,
  Lead,
  Listing,
  Message,
  Portfolio,
  Property,
  Subject,
} from './estate.ts';
import { countBefore, insertInOrder, type Place } from './ordered.ts';

/** A conversation as it is kept: its thread grows in place, oldest first. */
export interface KeptConversation extends Conversation {
  readonly messages: Message[];
}

/** Where the estate is kept. Only the world's own files write here. */
export interface Tables {
  readonly portfolios: Map<number, Portfolio>;
  readonly properties: Map<number, Property>;
  readonly listings: Map<number, Listing>;
  readonly guests: Map<number, Guest>;
  readonly bookings: Map<number, Booking>;
  readonly leads: Map<number, Lead>;
  readonly conversations: Map<number, KeptConversation>;
  readonly messages: Map<number, Message>;
  readonly attachments: Map<number, Attachment>;
  /** The two below are kept oldest first. */
  readonly bookingsInOrder: Booking[];
  readonly leadsInOrder: Lead[];
  /** Conversations of a subject, in the order in which they began. */
  readonly bySubject: Map<string, number[]>;
  nextId(kind: Kind): number;
}

type Kind =
  | 'portfolio'
  | 'property'
  | 'listing'
  | 'guest'
  | 'booking'
  | 'lead'
  | 'conversation'
  | 'message'
  | 'attachment';

/** Empty tables. */
export function createTables(): Tables {
  const counted = new Map<Kind, number>();
  return {
    portfolios: new Map(),
    properties: new Map(),
    listings: new Map(),
    guests: new Map(),
    bookings: new Map(),
    leads: new Map(),
    conversations: new Map(),
    messages: new Map(),
    attachments: new Map(),
    bookingsInOrder: [],
    leadsInOrder: [],
    bySubject: new Map(),
    nextId(kind) {
      const id = (counted.get(kind) ?? 0) + 1;
      counted.set(kind, id);
      return id;
    },
  };
}

/** Adds a booking or lead, or puts its newer version in the same place: `createdAt` never changes. */
export function keepDated<Item extends Dated>(table: Map<number, Item>, list: Item[], item: Item): Item {
  if (table.has(item.id)) list[countBefore(list, placeOfDated(item), placeOfDated)] = item;
  else insertInOrder(list, item, placeOfDated);
  table.set(item.id, item);
  return item;
}

/** The row, or a RangeError that names what was looked for: a script that addresses nothing should fail loudly. */
export function demand<Row>(table: ReadonlyMap<number, Row>, kind: string, id: number): Row {
  const row = table.get(id);
  if (row === undefined) throw new RangeError(`[simulator] no ${kind} ${id}`);
  return row;
}

/** How a subject is looked up. */
export function subjectKey(subject: Subject): string {
  return `${subject.kind}:${subject.id}`;
}

interface Dated {
  readonly id: number;
  readonly createdAt: Date;
}

function placeOfDated(item: Dated): Place {
  return { time: item.createdAt.getTime(), id: item.id };
}
