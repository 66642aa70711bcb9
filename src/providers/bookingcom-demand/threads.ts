import { ProviderError } from '../../domain/errors.ts';
import { brand, type ExternalConversationId } from '../../domain/ids.ts';
import type { Page, ProviderConversation, ProviderMessage } from '../../domain/messaging.ts';
import type { Call, ConversationKey, ProviderAdapter, Slot } from '../contract.ts';
import type { Client } from './client.ts';
import { asProviderError, protocolError, refusal } from './failures.ts';
import { type Place, placeOf, type Thread, threadOf, unwritten } from './map.ts';
import { readThread } from './wire.ts';

/** A thread is always answered whole; this is how much of it is handed on at once. */
export const PAGE_SIZE = 100;

export interface Threads extends Required<Pick<ProviderAdapter, 'conversations' | 'messages' | 'findConversation'>> {
  /** The id of whatever hangs on the key's address; null where there is no conversation yet. */
  idOf(operation: string, key: ConversationKey, call: Call): Promise<ExternalConversationId | null>;
}

/** Reads conversations: one a request, whole, since there is neither a list nor a page (Demand API, "Conversations"). */
export function createThreads(client: Client): Threads {
  const read = (operation: string, key: ConversationKey, call: Call) => readOne(client, operation, key, call);
  return {
    conversations: (keys, call) =>
      inSlots('conversations', keys, async (key) => {
        const thread = await read('conversations', key, call);
        return thread && conversationOf(thread);
      }),
    messages: (pages, call) =>
      inSlots('messages', pages, async ({ conversation, older }) => {
        const thread = await read('messages', conversation, call);
        return thread && pageBefore(thread.messages, older);
      }),
    async findConversation({ property, booking }, call) {
      const address = { accommodation: property, reservation: booking };
      const key = { externalId: null, address };
      try {
        const thread = await read('findConversation', key, call);
        // Known to the provider, and without a conversation so far: they are begun with the booking, but some seconds later.
        return thread ? conversationOf(thread) : unwritten(booking, address);
      } catch (error) {
        if (isNone(error)) return null;
        throw error;
      }
    },
    async idOf(operation, key, call) {
      if (key.externalId !== null) return key.externalId;
      try {
        return (await read(operation, key, call))?.id ?? null;
      } catch (error) {
        if (isNone(error)) return null;
        throw error;
      }
    },
  };
}

/** Where a conversation is. Throws where an address does not say. */
export function placeFor(operation: string, { address }: ConversationKey): Place {
  const place = placeOf(address);
  if (place) return place;
  throw refusal(operation, 'invalid', 'the address names no accommodation');
}

interface Read extends Thread {
  readonly id: ExternalConversationId;
}

async function readOne(client: Client, operation: string, key: ConversationKey, call: Call): Promise<Read | null> {
  const place = placeFor(operation, key);
  const { accommodation, reservation } = place;
  const asked = key.externalId;
  if (asked === null && reservation === null) throw refusal(operation, 'invalid', 'the address names no reservation');
  // Exactly one of the two: both at once is refused.
  const by = asked === null ? { reservation } : { conversation: asked };
  const raw = readThread(await client.ask('conversations', { accommodation, ...by }, call));
  if (raw === null) return null;
  const thread = threadOf(raw, place);
  const id = thread.id ?? asked;
  if (id === null) throw protocolError(operation, 'the conversation has no id');
  if (asked !== null && id !== asked) throw protocolError(operation, 'another conversation was answered');
  return { ...thread, id: brand(id) };
}

function conversationOf({ id, conversation, messages }: Read): ProviderConversation {
  return { ...conversation, externalId: id, newest: pageBefore(messages, null) };
}

/** The messages before the one that a cursor names: a message keeps its place, whatever is written after it. */
function pageBefore(messages: readonly ProviderMessage[], older: string | null): Page<ProviderMessage> {
  const end = older === null ? messages.length : messages.findIndex((one) => one.externalId === older);
  if (end < 0) throw refusal('messages', 'invalid', 'the cursor names no message of this conversation');
  const start = Math.max(0, end - PAGE_SIZE);
  return { items: messages.slice(start, end), older: start > 0 ? (messages[start]?.externalId ?? null) : null };
}

/** Each key fails alone; what keeps all of them from being answered is thrown. */
async function inSlots<Key, Value>(
  operation: string,
  keys: readonly Key[],
  read: (key: Key) => Promise<Value | null>,
): Promise<readonly Slot<Value>[]> {
  const slots = await Promise.all(
    keys.map((key) =>
      read(key).then(
        (value): Slot<Value> => ({ ok: true, value }),
        (error: unknown): Slot<Value> => ({ ok: false, error: asProviderError(operation, error) }),
      ),
    ),
  );
  const [first] = slots;
  if (first?.ok === false && slots.every((slot) => !slot.ok && isOfAll(slot.error))) throw first.error;
  return slots;
}

function isOfAll({ kind }: ProviderError): boolean {
  return kind === 'auth' || kind === 'rate-limited' || kind === 'unavailable' || kind === 'timeout';
}

/** How a booking without a conversation is refused is not documented: as not there, or as a value that will not do. */
function isNone(error: unknown): boolean {
  return error instanceof ProviderError && (error.kind === 'not-found' || error.kind === 'invalid');
}
