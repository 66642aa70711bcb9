import { z } from 'zod';
import { ProviderError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Checkpoint, ProviderAdapter, Pull } from '../contract.ts';
import type { Dialect, ListSpelling, Subject } from './dialect.ts';
import { goesBackwards } from './dialect.ts';
import { RefusedDocument } from './failures.ts';
import { type ListPage, readListPage } from './lists.ts';
import { eventsOf, unreadable } from './map.ts';
import type { Session } from './session.ts';
import { PAGE_SIZE } from './threads.ts';
import { narrowing, type Workspaces } from './workspaces.ts';

/** Bookings, then leads: the lists that conversations hang from, in the order they are walked. */
export const phases = ['bookings', 'leads'] as const;
export type Phase = (typeof phases)[number];
export const subjectOf: Readonly<Record<Phase, Subject>> = { bookings: 'booking', leads: 'lead' };

const place = z.object({
  phase: z.enum(phases),
  after: z.string().nullable(),
  /** A cursor met earlier and the pages read: enough to notice any circle (Brent's way). */
  mark: z.string().nullable(),
  steps: z.number(),
  /** How often this phase was begun again since its cursor was refused. */
  restarts: z.number(),
});
type Place = z.infer<typeof place>;

const MOST_RESTARTS = 3;

/** The walk over all bookings and leads, 25 a step. It assumes no order; what arrives behind its back, `glance` sees. */
export function createSweep(session: Session, workspaces: Workspaces): NonNullable<ProviderAdapter['sweep']> {
  return (from, call) =>
    session.speak(call, async (dialect, ask) => {
      const asked = placeOf(from);
      const phase = phaseFrom(dialect, asked.phase);
      if (!phase) return end([]);
      const here = phase === asked.phase ? asked : startOf(phase);
      const list = dialect[phase];
      const chosen = await workspaces.choose(dialect, ask, from === null);
      if (!list || chosen?.ids.length === 0) return end([]);
      const window = { first: PAGE_SIZE, after: here.after };
      try {
        const page = await readListPage(ask, phase, { list, window, workspaces: narrowing(list, chosen) });
        const next = nextOf(here, page);
        if (!next) await keepTail(session, phase, list, page);
        const events = eventsOfPage(phase, list, page);
        const following = next ?? followingOf(dialect, phase);
        return following ? { ...end(events), checkpoint: following, more: true } : end(events);
      } catch (error) {
        return afterFailure(error, here);
      }
    });
}

/** What a page of a list tells. */
export function eventsOfPage(phase: Phase, list: ListSpelling, page: ListPage): readonly ProviderEvent[] {
  const told = page.items.flatMap((item) => eventsOf(subjectOf[phase], item, list.conversation?.field ?? null));
  const gaps = page.gaps.map(({ error, path }) => unreadable(error.detail, { list: phase, path: [...path] }));
  const stale = told.flatMap((event): ProviderEvent[] =>
    event.type === 'conversation' ? [{ type: 'stale', conversation: event.conversation.externalId }] : [],
  );
  return [...told, ...gaps, ...stale];
}

/** Keeps where a list ended, if it cannot be read from its end: if it runs oldest first, new items come after that. */
export async function keepTail(session: Session, phase: Phase, list: ListSpelling, page: ListPage): Promise<void> {
  if (goesBackwards(list) || page.end === null) return;
  const { tails } = await session.known();
  if (tails?.[phase] !== page.end)
    await session.keep({ tails: { ...withoutUndefined(tails ?? {}), [phase]: page.end } });
}

export function withoutUndefined(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function placeOf(from: Checkpoint | null): Place {
  return place.safeParse(from).data ?? startOf('bookings');
}

function startOf(phase: Phase, restarts = 0): Place {
  return { phase, after: null, mark: null, steps: 0, restarts };
}

/** The first phase from this one on that the schema has. */
function phaseFrom(dialect: Dialect, from: Phase): Phase | null {
  return phases.slice(phases.indexOf(from)).find((phase) => dialect[phase] !== null) ?? null;
}

function followingOf(dialect: Dialect, phase: Phase): Place | null {
  const next = phase === 'bookings' ? phaseFrom(dialect, 'leads') : null;
  return next && startOf(next);
}

function nextOf(here: Place, { next }: ListPage): Place | null {
  if (next === null || next === here.after || next === here.mark) return null;
  const steps = here.steps + 1;
  const marks = (steps & (steps - 1)) === 0;
  return { ...here, after: next, mark: marks ? next : here.mark, steps };
}

function end(events: readonly ProviderEvent[]): Pull {
  return { events, checkpoint: null, more: false, receipt: null };
}

/** How long a cursor lives is not documented: one that is refused sends the walk back to its phase's start. */
function afterFailure(error: unknown, here: Place): Pull {
  if (!(error instanceof ProviderError) || error instanceof RefusedDocument) throw error;
  if (error.kind === 'invalid' && here.after !== null && here.restarts < MOST_RESTARTS) {
    return { events: [], checkpoint: startOf(here.phase, here.restarts + 1), more: true, receipt: null };
  }
  // A client may have bookings and no part in the CRM.
  if (error.kind === 'forbidden' && here.phase === 'leads') return end([]);
  throw error;
}
