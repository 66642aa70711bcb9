import type { JsonObject } from '../../domain/json.ts';
import { guestParticipants, properties, propertyParticipants, type Stay } from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Handling } from '../../simulator/host.ts';
import { comparePlaces, type Place } from '../../simulator/ordered.ts';
import { boundaryUuid, placeIn, readPlace } from '../../simulator/uuids.ts';
import { type Desk, isShown, isWritable, type Version, visibleStays } from './simulator-desk.ts';
import { ok, type Reply, refuse } from './simulator-envelope.ts';
import { conversationOf, guestName, referenceOf, showInThread } from './simulator-messages.ts';

/** How a list or thread is asked for. */
export interface Reading {
  readonly version: Version;
  readonly handling: Handling;
  /** `page_id` as it stood in the address. */
  readonly page: string | null;
}

const PAGE = 50;

/** A property's conversations, the latest activity first ("Managing conversations"). */
export function listConversations(desk: Desk, property: string, reading: Reading, okOf: () => JsonObject): Reply {
  const stays = visibleStays(desk).filter((stay) => properties.toExternal(stay.property.id) === property);
  const page = pageOf(desk, stays, activityOf, reading.page);
  if (!page) return refuse(400, 'page_id is not valid');
  const conversations = page.items.map((stay) => ({
    ...showConversation(desk, stay, reading.version),
    messages: listed(desk, stay, reading),
  }));
  return ok({ ...okOf(), conversations: reading.handling.arrange(conversations), ...page.next });
}

/** One thread: 50 messages a page, the newest first. */
export function readThread(desk: Desk, stay: Stay, reading: Reading, okOf: () => JsonObject, byId: boolean): Reply {
  reading.handling.countConversation();
  const shown = stay.conversation.messages.filter((message) => isShown(desk, message, reading.version));
  const page = pageOf(desk, shown, placeOfMessage, reading.page);
  if (!page) return refuse(400, 'page_id is not valid');
  const items: JsonObject[] = page.items.map((message) => showInThread(desk, stay, message, reading.version));
  const ordered = byId && desk.switches.threadOrder === 'oldestFirst' ? items.toReversed() : items;
  const stray = desk.switches.strayItems ? [{ tags: { read: { set: false, participants: [] } } }] : [];
  const messages = reading.handling.arrange([...ordered, ...stray]);
  return ok({
    ...okOf(),
    ...page.next,
    conversation: { ...showConversation(desk, stay, reading.version), messages },
  });
}

/** The thread of a reservation, or of a request to book. */
export function findByReference(desk: Desk, property: string, type: string, reference: string): Stay | null {
  const wanted = visibleStays(desk).find(
    (stay) =>
      properties.toExternal(stay.property.id) === property &&
      (stay.requested ? 'request_to_book' : 'reservation') === type &&
      referenceOf(stay) === reference,
  );
  return wanted ?? null;
}

function showConversation(desk: Desk, stay: Stay, version: Version): JsonObject {
  const { property, guest, conversation, requested } = stay;
  const name = version >= 1.2 ? guestName(stay) : null;
  const id = properties.toExternal(property.id);
  const tagged = desk.switches.tags === 'present' && !requested;
  return {
    ...conversationOf(stay),
    access: isWritable(desk, stay) ? 'read_write' : 'read_only',
    participants: [
      {
        participant_id: guestParticipants.toExternal(guest.id),
        metadata: { type: 'guest', ...(name === null ? {} : { name }) },
      },
      {
        participant_id: propertyParticipants.toExternal(property.id),
        metadata: { type: 'property', id: desk.switches.propertyIdType === 'number' ? Number(id) : id },
      },
    ],
    ...(tagged ? { tags: { no_reply_needed: { set: conversation.noReplyNeeded } } } : {}),
  };
}

/** The latest message alone as documented, else all: live answers were seen with more, and with another name for files. */
function listed(desk: Desk, stay: Stay, { version, handling }: Reading): readonly JsonObject[] {
  const { listMessages } = desk.switches;
  const shown = stay.conversation.messages.filter((message) => isShown(desk, message, version));
  if (shown.length > 0) handling.countConversation();
  const chosen = listMessages === 'allOldestFirst' ? shown : shown.slice(-1);
  return chosen.map((message) => {
    const { attachment_ids: files = [], tags: _, ...rest } = showInThread(desk, stay, message, version);
    return listMessages === 'latestAsInSamples' ? rest : { ...rest, attachment_files_uuid: files };
  });
}

function placeOfMessage(message: Message): Place {
  return placeIn(message.at, message.id);
}

/** A thread's latest activity; where nobody has written, when it began. */
function activityOf({ conversation }: Stay): Place {
  const last = conversation.messages.at(-1);
  // The upper half of a millisecond's places: none of a message's.
  const began = placeIn(conversation.createdAt, conversation.id);
  return last ? placeOfMessage(last) : { ...began, id: began.id + 5_000 };
}

interface PageFound<Item> {
  readonly items: readonly Item[];
  readonly next: JsonObject;
}

/** What is older than the cursor, newest first. The cursor is a time, not a count, so what happens meanwhile moves things. */
function pageOf<Item>(
  { switches }: Desk,
  all: readonly Item[],
  placeOf: (item: Item) => Place,
  cursor: string | null,
): PageFound<Item> | null {
  const before = cursor ? readPlace(cursor) : null;
  if (cursor && !before) return null;
  const older = all.filter((item) => !before || comparePlaces(placeOf(item), before) < 0);
  older.sort((a, b) => comparePlaces(placeOf(b), placeOf(a)));
  const items = older.slice(0, PAGE);
  const last = items.at(-1);
  if (last && older.length > PAGE) return { items, next: { next_page_id: boundaryUuid(placeOf(last)) } };
  if (switches.lastPage === 'absent') return { items, next: {} };
  return { items, next: { next_page_id: switches.lastPage === 'empty' ? '' : null } };
}
