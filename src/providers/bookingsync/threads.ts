import type { ProviderError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Page, ProviderMessage } from '../../domain/messaging.ts';
import type { Call, Slot } from '../contract.ts';
import { nonsense, refusal } from './failures.ts';
import { byId, lists, PAGE_SIZE, readByIds } from './lists.ts';
import { byTime } from './map.ts';
import type { News } from './news.ts';
import type { Ask } from './session.ts';
import { idOf, isObject, type WireConversation } from './wire.ts';

/** One page of a conversation that was read already. */
export interface WantedPage {
  readonly wire: WireConversation;
  readonly older: string | null;
}

/**
 * Reads pages of threads, slot i for page i. There is no list of one conversation's messages, but a conversation names all of them:
 * they are read by their ids, those of all pages together ("Messages").
 */
export async function readPages(
  ask: Ask,
  news: News,
  wanted: readonly WantedPage[],
  call: Call,
): Promise<readonly Slot<Page<ProviderMessage>>[]> {
  const untold = wanted.filter(({ wire }) => wire.messages === null).map(({ wire }) => wire.id);
  const embedded = await embeddedIds(ask, untold, call);
  const stretches = wanted.map(({ wire, older }) => stretchOf(wire.messages ?? embedded.get(wire.id) ?? null, older));
  const ids = stretches.flatMap((stretch) => ('ids' in stretch ? stretch.ids : []));
  const items = await readByIds(ask, lists.messages, { ids, query: { include: 'sender' } }, call);
  const known = wanted.flatMap(({ wire }) => wire.participants ?? []);
  const told = (await news.messages(items, known, call)).map(
    ({ message }) => [String(message.externalId), message] as const,
  );
  const messages = new Map(told);
  return stretches.map((stretch) => {
    if (!('ids' in stretch)) return { ok: false, error: stretch };
    const { ids, older } = stretch;
    return { ok: true, value: { items: ids.flatMap((id) => messages.get(id) ?? []).sort(byTime), older } };
  });
}

interface Stretch {
  readonly ids: readonly string[];
  readonly older: string | null;
}

const CURSOR = /^before:([\w-]{1,64})$/;

/** The newest ids before a cursor's, which stays good whatever is written or deleted. */
function stretchOf(all: readonly string[] | null, older: string | null): Stretch | ProviderError {
  const [, before] = CURSOR.exec(older ?? '') ?? [];
  if (older !== null && before === undefined) return refusal('messages', 'invalid', 'the cursor means nothing');
  if (all === null) return nonsense('messages', 'the conversation does not name its messages');
  const ids = all.filter((id) => before === undefined || byId(id, before) < 0).sort(byId);
  const page = ids.slice(-PAGE_SIZE);
  return { ids: page, older: ids.length > page.length ? `before:${page[0]}` : null };
}

/** Conversations of 2018 were recorded without the link; what an `include` embeds names the messages too. */
async function embeddedIds(
  ask: Ask,
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const items = await readByIds(ask, lists.conversations, { ids, query: { include: 'messages' } }, call);
  return new Map(items.flatMap(embeddedIn));
}

function embeddedIn(item: Json): readonly (readonly [string, readonly string[]])[] {
  if (!isObject(item) || !Array.isArray(item.messages)) return [];
  const id = idOf(item.id);
  return id === null ? [] : [[id, item.messages.flatMap((one) => (isObject(one) ? (idOf(one.id) ?? []) : []))]];
}
