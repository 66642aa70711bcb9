import { ProviderError, type ProviderErrorKind } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Page, ProviderConversation, ProviderMessage } from '../../domain/messaging.ts';
import type { PageKey, Slot } from '../contract.ts';
import type { Ask, Reply } from './asking.ts';
import { type Dialect, goesBackwards, type ItemSpelling } from './dialect.ts';
import { aliasOf, type ThreadAsk, threadsDocument, type Window } from './documents.ts';
import { asProviderError, PROVIDER, RefusedDocument } from './failures.ts';
import { errorsOf, valueAt } from './lists.ts';
import { conversationOf, type Target, targetOf } from './map.ts';
import { type Order, readStretch, type Stretch, type ThreadFacts, type ThreadWalk, walkThread } from './threads.ts';
import { readList, wireConversation } from './wire.ts';

type ThreadSlot = Slot<ProviderConversation>;

/** One page being looked for; the walk ends by filling the slot. */
interface Search {
  readonly item: ItemSpelling;
  readonly target: Target;
  readonly walk: ThreadWalk;
  /** Fixed by the first answer, so that later ones speak of the same conversation. */
  id: string | null;
  window: Window;
  slot: ThreadSlot | null;
}

/** Which way the provider's lists of messages run: what was known, until more is seen. All threads of an account run alike. */
interface Sense {
  order: Order | null;
  readonly seen: Order[];
}

/** What was read, and which way the lists of messages run, as far as that is known now. */
export interface ThreadsRead {
  /** Slot i answers page i: the conversation, with that page as its `newest`. */
  readonly slots: readonly ThreadSlot[];
  readonly order: Order | null;
}

/** Reads the pages in as few documents as their walks allow. `known` is the order met before. */
export async function readThreads(
  pages: readonly PageKey[],
  dialect: Dialect,
  known: Order | null,
  ask: Ask,
): Promise<ThreadsRead> {
  const sense: Sense = { order: known, seen: [] };
  const searches = pages.map((page) => startSearch(page, dialect, sense));
  for (let open = openOf(searches); open.length > 0; open = openOf(searches)) {
    try {
      await readRound(open, sense, ask);
    } catch (error) {
      // What other searches have found is not lost by one that goes on.
      if (error instanceof RefusedDocument || open.length === searches.length) throw error;
      for (const search of open) search.slot = { ok: false, error: asProviderError('threads', error) };
    }
  }
  return { slots: searches.map(slotOf), order: sense.order };
}

function startSearch({ conversation, older }: PageKey, dialect: Dialect, sense: Sense): Search | ThreadSlot {
  const target = targetOf(conversation.address);
  if (!target) return failed('invalid', 'the address names neither a booking nor a lead');
  const item = dialect[target.subject];
  const messages = item?.conversation?.messages;
  if (!item || !messages) return failed('protocol', `the schema has no messages on a ${target.subject}`);
  const backwards = goesBackwards(messages);
  const facts: ThreadFacts = {
    backwards,
    get order() {
      return sense.order;
    },
  };
  const walk = walkThread(older, facts);
  const start = walk.next();
  if (start.done) return failed('invalid', 'the cursor is none of ours');
  return { item, target, walk, id: conversation.externalId, window: start.value, slot: null };
}

/** One document for all that is open. Equal asks share an alias: a booking may have several conversations. */
async function readRound(open: readonly Search[], sense: Sense, ask: Ask): Promise<void> {
  const asks = new Map<string, ThreadAsk>();
  const keyOf = ({ target, window }: Search) => JSON.stringify([target.subject, target.id, window]);
  for (const search of open) asks.set(keyOf(search), { ...search, id: search.target.id });
  const reply = await ask('threads', threadsDocument([...asks.values()]));
  const places = [...asks.keys()];
  const named = places.some((_, place) => errorsOf(reply, place).length > 0);
  if (reply.data === null && !named) throw reply.failure(reply.errors);
  const found = open.flatMap((search) => findAnswer(search, reply, places.indexOf(keyOf(search))) ?? []);
  // A thread's times may prove nothing where its neighbours' do, so all are looked at before any goes on.
  sense.seen.push(...found.flatMap(({ stretch }) => stretch.order ?? []));
  sense.order = mostOf(sense.seen) ?? sense.order;
  for (const { search, raw, stretch } of found) goOn(search, raw, stretch);
}

interface Found {
  readonly search: Search;
  readonly raw: Json;
  readonly stretch: Stretch;
}

/** What came for a search. Null where nothing did: then its slot is filled, or it stays open. */
function findAnswer(search: Search, reply: Reply, place: number): Found | null {
  const errors = errorsOf(reply, place);
  const missing = errors.length > 0 && errors.every(({ code }) => code === 'NOT_FOUND');
  if (missing) return settle(search, nothing);
  if (errors.length > 0) return settle(search, { ok: false, error: reply.failure(errors) });
  // A neighbour's failure took all data with it: this one is asked for again without that neighbour.
  if (reply.data === null) return null;
  const { item } = search;
  const subject = valueAt(reply.data, [aliasOf(place), ...item.path.slice(1)]);
  const unnamed = reply.errors.filter(({ path }) => path === null);
  if (subject === null && unnamed.length > 0) return settle(search, { ok: false, error: reply.failure(unnamed) });
  const conversations = readList(valueAt(subject, [item.conversation?.field ?? ''])).items;
  const raw = conversations.find((conversation) => isNamed(conversation, search.id));
  if (raw === undefined) return settle(search, nothing);
  return { search, raw, stretch: readStretch(valueAt(raw, ['messages']), search.window) };
}

function goOn(search: Search, raw: Json, stretch: Stretch): void {
  search.id = idOf(raw);
  const step = search.walk.next(stretch);
  if (step.done) settle(search, foundSlot(raw, search.target, step.value));
  else search.window = step.value;
}

const nothing: ThreadSlot = { ok: true, value: null };

function settle(search: Search, slot: ThreadSlot): null {
  search.slot = slot;
  return null;
}

function foundSlot(raw: Json, target: Target, page: Page<ProviderMessage> | null): ThreadSlot {
  if (page === null) return failed('invalid', 'the cursor is no longer accepted');
  const conversation = conversationOf(raw, target, page);
  return conversation ? { ok: true, value: conversation } : failed('protocol', 'the conversation cannot be read');
}

function isNamed(raw: Json, id: string | null): boolean {
  const own = idOf(raw);
  return id === null ? own !== null : own === id;
}

function idOf(raw: Json): string | null {
  return wireConversation.safeParse(raw).data?.id ?? null;
}

function openOf(searches: readonly (Search | ThreadSlot)[]): readonly Search[] {
  return searches.filter((search): search is Search => 'walk' in search && search.slot === null);
}

function slotOf(search: Search | ThreadSlot): ThreadSlot {
  return 'walk' in search ? (search.slot ?? failed('protocol', 'was never answered')) : search;
}

function failed(kind: ProviderErrorKind, message: string): ThreadSlot {
  return { ok: false, error: new ProviderError({ provider: PROVIDER, operation: 'threads', kind, message }) };
}

function mostOf(orders: readonly Order[]): Order | null {
  const balance = orders.reduce((sum, order) => sum + (order === 'oldest-first' ? 1 : -1), 0);
  if (balance === 0) return null;
  return balance > 0 ? 'oldest-first' : 'newest-first';
}
