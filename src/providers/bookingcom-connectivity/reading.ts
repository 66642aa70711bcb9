import type { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProviderConversation } from '../../domain/messaging.ts';
import type { Call, ConversationKey, ProviderAdapter, Slot } from '../contract.ts';
import type { ConnectivityCredentials } from './credentials.ts';
import { asProviderError, isMissing, nonsense, refusal } from './failures.ts';
import { conversationOf, pageIdOf, pageOf, type ReadConversation } from './map.ts';
import { completed, isAskable, type Place, pathOf, placeOf, propertiesOf, RESERVATION } from './places.ts';
import type { Session } from './session.ts';
import { readAs, wirePage } from './wire.ts';

/** A thread's page with its conversation: one answer holds both. */
export interface ThreadPage {
  readonly read: ReadConversation;
  readonly next: string | null;
}

export interface Reading extends Pick<ProviderAdapter, 'conversations' | 'messages'> {
  find: NonNullable<ProviderAdapter['findConversation']>;
  /** The conversation's newest page, or the one that `page` names. Null where there is no such conversation. */
  thread(key: ConversationKey, operation: string, call: Call, page?: string | null): Promise<ThreadPage | null>;
}

/** The longest page of a list or a thread (managing conversations). */
export const PAGE_SIZE = 50;

/** Reads conversations: each is a request of its own. */
export function createReading(session: Session, { propertyIds }: ConnectivityCredentials): Reading {
  const ask = async (property: string, key: ConversationKey, operation: string, call: Call, page: string | null) => {
    const data = await session.ask(operation, { method: 'GET', ...threadAt(property, key, operation, page) }, call);
    return pageIn(data, property, operation);
  };

  const thread: Reading['thread'] = async (key, operation, call, page = null) => {
    const place = await whole(placeOf(key.address), session);
    if (!isAskable(key, place)) return null;
    const found = await firstOf(propertiesOf(place, propertyIds), (property) =>
      ask(property, key, operation, call, page),
    );
    const { property = null, us = null } = found?.read.place ?? {};
    if (property !== null && us !== null) await session.learn({ [property]: us });
    return found;
  };

  return {
    thread,
    conversations: (keys, call) =>
      Promise.all(
        keys.map((key) => slotOf('conversations', async () => told(await thread(key, 'conversations', call)))),
      ),
    messages: (pages, call) =>
      Promise.all(
        pages.map(({ conversation, older }) =>
          slotOf('messages', async () => {
            const page = older === null ? null : pageIdOf(older);
            if (older !== null && page === null) throw refusal('messages', 'invalid', 'this is no cursor');
            const found = await thread(conversation, 'messages', call, page);
            // A page that names itself as the next one would be read for ever.
            return found && pageOf(found.read, found.next === page ? null : found.next);
          }),
        ),
      ),
    async find({ property, booking }, call) {
      const address = { property, type: RESERVATION, reference: booking };
      return told(await thread({ externalId: null, address }, 'findConversation', call));
    },
  };
}

function told(found: ThreadPage | null): ProviderConversation | null {
  return found && { ...found.read.conversation, newest: pageOf(found.read, found.next) };
}

/** By its id where one is known, else by what it is about. */
function threadAt(property: string, { externalId, address }: ConversationKey, operation: string, page: string | null) {
  if (externalId !== null) {
    return { path: pathOf(operation, property, 'conversations', externalId), query: { page_id: page } };
  }
  const { type, reference } = placeOf(address);
  const path = pathOf(operation, property, 'conversations', 'type', type ?? RESERVATION);
  return { path, query: { conversation_reference: reference, page_id: page } };
}

function pageIn(data: JsonObject, property: string, operation: string): ThreadPage | null {
  if (data.conversation === null || data.conversation === undefined) return null;
  const read = conversationOf(data.conversation, property);
  if (!read) throw nonsense(operation, 'the conversation in the answer has no id');
  return { read, next: readAs(wirePage, data)?.next_page_id ?? null };
}

/** A queue need not say of which property a message is; its participant does, once that has been seen anywhere. */
async function whole(place: Place, session: Session): Promise<Place> {
  return place.property === null && place.us !== null ? completed(place, (await session.known()).voices) : place;
}

/** What the first property that has it answers. One that is not ours any more must not hide the others. */
async function firstOf<T>(
  properties: readonly string[],
  ask: (property: string) => Promise<T | null>,
): Promise<T | null> {
  let forbidden: ProviderError | null = null;
  for (const property of properties) {
    try {
      const found = await ask(property);
      if (found !== null) return found;
    } catch (error) {
      const failure = asProviderError('thread', error);
      if (failure.kind === 'forbidden') forbidden = failure;
      else if (!isMissing(failure)) throw failure;
    }
  }
  if (forbidden && properties.length === 1) throw forbidden;
  return null;
}

async function slotOf<T>(operation: string, work: () => Promise<T | null>): Promise<Slot<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: asProviderError(operation, error) };
  }
}
