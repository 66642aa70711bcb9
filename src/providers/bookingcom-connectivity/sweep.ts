import { z } from 'zod';
import { ProviderError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Call, Checkpoint, Deps, ProviderAdapter, Pull } from '../contract.ts';
import type { ConnectivityCredentials } from './credentials.ts';
import { conversationOf, type ReadConversation } from './map.ts';
import { staleEvent } from './news.ts';
import { pathOf } from './places.ts';
import type { Session } from './session.ts';
import { subjectEvents, unreadable } from './subjects.ts';
import { isObject, items, readAs, wirePage } from './wire.ts';

const place = z.object({
  property: z.string(),
  page: z.string().nullable(),
  /** When this property's walk began: what moved up since is looked for again at its end. */
  since: z.iso.datetime(),
  /** Whether the end was reached and the beginning is being read once more. */
  again: z.boolean(),
  /** A cursor met earlier and the pages read: enough to notice any circle (Brent's way). */
  mark: z.string().nullable(),
  steps: z.number(),
  /** How often this property was begun again since its cursor was refused. */
  restarts: z.number(),
});
type Place = z.infer<typeof place>;

const MOST_RESTARTS = 3;
/** How far their clock may be from ours. */
const SLACK_MS = 300_000;

interface ListPage {
  readonly events: readonly ProviderEvent[];
  readonly read: readonly ReadConversation[];
  readonly next: string | null;
}

/** The walk over all conversations of all properties, 50 a step, the latest active first. */
export function createSweep(
  session: Session,
  { propertyIds }: ConnectivityCredentials,
  deps: Deps,
): NonNullable<ProviderAdapter['sweep']> {
  const startOf = (property: string, restarts = 0): Place => {
    const fresh = { page: null, again: false, mark: null, steps: 0 };
    return { property, since: deps.now().toISOString(), restarts, ...fresh };
  };
  const after = (property: string): Place | null => {
    const next = propertyIds[propertyIds.indexOf(property) + 1];
    return next === undefined ? null : startOf(next);
  };
  const placeFrom = (from: Checkpoint | null): Place | null => {
    const read = readAs(place, from);
    if (read && propertyIds.includes(read.property)) return read;
    return propertyIds[0] === undefined ? null : startOf(propertyIds[0]);
  };

  return async (from, call) => {
    const here = placeFrom(from);
    if (!here) return stepTo(null, []);
    try {
      const page = await readList(session, here, call);
      return stepTo(nextOf(here, page) ?? after(here.property), page.events);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // How long a cursor lives is not documented.
      if (error.kind === 'invalid' && here.page !== null && here.restarts < MOST_RESTARTS) {
        return stepTo(startOf(here.property, here.restarts + 1), []);
      }
      // One whose connection has ended must not keep the others from being read.
      if (error.kind !== 'forbidden' && error.kind !== 'not-found') throw error;
      return stepTo(after(here.property), [unreadable(error.detail, { property: here.property })]);
    }
  };
}

function stepTo(next: Place | null, events: readonly ProviderEvent[]): Pull {
  return { events, checkpoint: next, more: next !== null, receipt: null };
}

async function readList(session: Session, { property, page }: Place, call: Call): Promise<ListPage> {
  const path = pathOf('sweep', property, 'conversations');
  const data: JsonObject = await session.ask('sweep', { method: 'GET', path, query: { page_id: page } }, call);
  const told = items.parse(data.conversations).map((raw) => ({ raw, read: conversationOf(raw, property) }));
  const read = told.flatMap((one) => one.read ?? []);
  const us = read.find((one) => one.place.us !== null)?.place.us ?? null;
  if (us !== null) await session.learn({ [property]: us });
  const events = told.flatMap((one) =>
    one.read ? eventsOf(one.read, one.raw) : [unreadable('a conversation without an id', one.raw)],
  );
  return { events, read, next: readAs(wirePage, data)?.next_page_id ?? null };
}

/** A list shows the latest message at most, and less of it than a thread does: the thread is to be read, unless there is nothing in it. */
function eventsOf({ conversation, place: at }: ReadConversation, raw: Json): readonly ProviderEvent[] {
  const subject = subjectEvents(at, null, {});
  const empty = isObject(raw) && Array.isArray(raw.messages) && raw.messages.length === 0;
  const newest = empty ? { items: [], older: null } : null;
  const told: ProviderEvent = { type: 'conversation', conversation: { ...conversation, newest } };
  return empty ? [...subject, told] : [...subject, told, staleEvent(conversation.externalId)];
}

/**
 * A conversation that becomes active during the walk moves up to where the walk has been (managing conversations). So at the end the
 * beginning is read once more, as far down as it was active since the walk began. One page cannot move under the reader.
 */
function nextOf(here: Place, { next, read }: ListPage): Place | null {
  const steps = here.steps + 1;
  const circle = next === here.page || next === here.mark;
  if (next !== null && !circle && (!here.again || isRecent(here, read))) {
    const marks = (steps & (steps - 1)) === 0;
    return { ...here, page: next, mark: marks ? next : here.mark, steps };
  }
  return here.again || here.page === null ? null : { ...here, page: null, again: true, mark: null, steps: 0 };
}

function isRecent({ since }: Place, read: readonly ReadConversation[]): boolean {
  const times = read.flatMap(({ messages }) => messages.at(-1)?.sentAt?.getTime() ?? []);
  return times.length > 0 && times.every((time) => time >= Date.parse(since) - SLACK_MS);
}
