import { z } from 'zod';
import { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Call } from '../contract.ts';
import { nonsense } from './failures.ts';
import { newsEvents } from './news.ts';
import type { Session } from './session.ts';
import { items, readAs, wireJob, wirePage } from './wire.ts';

/*
 * Messages of a time that was missed, by a search job: created, waited for, then read page by page (searching messages). Meant for this
 * alone, as it is slow. One request a step; between two steps the queue is read.
 */

export const recoveryShape = z.object({
  /** Where this job's stretch of time begins. */
  after: z.iso.datetime(),
  /** Null: to be created. */
  job: z.string().nullable(),
  madeAt: z.iso.datetime().nullable(),
  page: z.string().nullable(),
  /** How often a job was made anew since one was lost. */
  restarts: z.number(),
});

/** A place in a search. */
export type Place = z.infer<typeof recoveryShape>;

export interface RecoveryStep {
  readonly events: readonly ProviderEvent[];
  /** Null: everything was found. */
  readonly next: Place | null;
  /** Whether the next step is worth taking at once. */
  readonly more: boolean;
}

const HOUR_MS = 3_600_000;
/** A search spans 90 days at most, and so far beyond `after` it goes by itself. */
const SPAN_MS = 90 * 24 * HOUR_MS;
/** A job ends 48 hours after it was created, by the sample's own times. */
const JOB_LIFE_MS = 47 * HOUR_MS;
const MOST_RESTARTS = 3;

/** A search for everything since a moment, or since the beginning of the one that is under way. */
export function beginRecovery(since: Date, running: Place | null): Place {
  const after = running && running.after < since.toISOString() ? running.after : since.toISOString();
  return { after, job: null, madeAt: null, page: null, restarts: 0 };
}

/** Takes one step of a search. Throws ProviderError; the step can then be taken again. */
export async function recoverOn(session: Session, here: Place | null, now: Date, call: Call): Promise<RecoveryStep> {
  if (!here) return { events: [], next: null, more: false };
  const isOver = here.madeAt !== null && now.getTime() - Date.parse(here.madeAt) > JOB_LIFE_MS;
  if (here.job === null || isOver) return { events: [], next: await created(session, here, now, call), more: false };
  const path = `/messages/search/result/${encodeURIComponent(here.job)}`;
  try {
    const data = await session.ask('search', { method: 'GET', path, query: { page_id: here.page } }, call);
    if (!isReady(data)) return { events: [], next: here, more: false };
    const { voices } = await session.known();
    const next = following(here, data, now);
    return { events: newsEvents(items.parse(data.messages), voices), next, more: next !== null };
  } catch (error) {
    if (!isLost(error)) throw error;
    const restarts = here.restarts + 1;
    const again = restarts > MOST_RESTARTS ? null : { ...beginRecovery(new Date(here.after), null), restarts };
    return { events: [], next: again, more: false };
  }
}

async function created(session: Session, here: Place, now: Date, call: Call): Promise<Place> {
  // Times must be in the past.
  const after = new Date(Math.min(Date.parse(here.after), now.getTime() - 1000)).toISOString();
  const query = { after, order_by: 'asc' };
  const data = await session.ask('search', { method: 'GET', path: '/messages/search', query }, call);
  const job = readAs(wireJob, data)?.job_id ?? null;
  if (job === null) throw nonsense('search', 'the answer names no job');
  return { ...here, after, job, madeAt: now.toISOString(), page: null };
}

/** The next page, or the next stretch of 90 days, or the end. */
function following(here: Place, data: JsonObject, now: Date): Place | null {
  const page = readAs(wirePage, data)?.next_page_id ?? null;
  if (page !== null && page !== here.page) return { ...here, page };
  const end = new Date(Date.parse(here.after) + SPAN_MS);
  return end < now ? beginRecovery(end, null) : null;
}

/** Only that a status turns `ready` is documented. Messages speak for themselves. */
function isReady(data: JsonObject): boolean {
  return Array.isArray(data.messages) && (readAs(wireJob, data)?.status ?? 'ready').toLowerCase() === 'ready';
}

/** A job, or a page of one, that is not known any more. */
function isLost(error: unknown): boolean {
  return error instanceof ProviderError && (error.kind === 'not-found' || error.kind === 'invalid');
}
