import type { JsonObject } from '../../domain/json.ts';
import { properties, type Stay } from '../../simulator/bookingcom.ts';
import { dayMs } from '../../simulator/days.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Handling } from '../../simulator/host.ts';
import { comparePlaces, type Place } from '../../simulator/ordered.ts';
import { boundaryUuid, placeIn, readPlace, timeUuid } from '../../simulator/uuids.ts';
import { type Desk, isOurs, isShown, type Version, visibleStays } from './simulator-desk.ts';
import { notYourProperty, ok, type Reply, refuse } from './simulator-envelope.ts';
import { showInSearch } from './simulator-messages.ts';

/** Jobs that look for messages again, for who has lost some ("Searching messages"). */
export interface Search {
  /** A GET that makes something: each makes a job of its own. */
  create(query: URLSearchParams, version: Version): Reply;
  result(job: string, page: string | null, version: Version, handling: Handling): Reply;
}

interface Job {
  readonly createdAt: number;
  readonly after: number;
  readonly before: number;
  readonly property: string | null;
  readonly descending: boolean;
  readonly version: Version;
}

const SPAN_MS = 90 * dayMs;
const LIFE_MS = 2 * dayMs;

/** No job is there yet. */
export function createSearch(desk: Desk, okOf: () => JsonObject): Search {
  const jobs = new Map<string, Job>();
  return {
    create(query, version) {
      const now = desk.clock.now();
      const job = readJob(desk, query, version, now.getTime());
      if ('status' in job) return job;
      const id = timeUuid('job', now, jobs.size + 1);
      jobs.set(id, job);
      // Java's zoned form, as in the sample: many a parser of ISO times trips over it.
      const expires = `${new Date(job.createdAt + LIFE_MS).toISOString()}[GMT]`;
      return ok({ ...okOf(), job_id: id, expires_at: expires });
    },
    result(id, page, version, handling) {
      const job = jobs.get(id);
      const age = desk.clock.now().getTime() - (job?.createdAt ?? 0);
      if (!job) return refuse(desk.switches.unknownThing, 'The job does not exist');
      if (age > LIFE_MS) return refuse(desk.switches.expiredJob, 'The job has expired');
      if (age < desk.switches.searchReadyAfterMs) {
        return ok({ ...okOf(), status: 'in_progress' }, desk.switches.searchPending);
      }
      const found = pageOf(desk, job, page, version);
      if (!found) return refuse(400, 'page_id is not valid');
      return ok({ ...okOf(), messages: handling.arrange(found.messages), next_page_id: found.next });
    },
  };
}

function readJob(desk: Desk, query: URLSearchParams, version: Version, now: number): Job | Reply {
  if (['after', 'before', 'property_id', 'order_by'].every((name) => !query.get(name))) {
    return refuse(400, 'At least one parameter is required');
  }
  const given = { after: timeOf(query.get('after')), before: timeOf(query.get('before')) };
  if (Number.isNaN(given.after) || Number.isNaN(given.before)) return refuse(400, 'The time is not valid');
  if ((given.after ?? 0) > now || (given.before ?? 0) > now) return refuse(400, 'The time is not in the past');
  const property = query.get('property_id');
  if (property !== null && !isOurs(desk, property)) return notYourProperty;
  const order = query.get('order_by') ?? 'asc';
  if (order !== 'asc' && order !== 'desc') return refuse(400, 'order_by is not valid');
  const before = given.before ?? (given.after === null ? now : Math.min(now, given.after + SPAN_MS));
  const after = given.after ?? before - SPAN_MS;
  if (after > before) return refuse(400, 'after is later than before');
  if (before - after > SPAN_MS && desk.switches.longSearch === 'refuse') return refuse(400, 'The span is too long');
  return {
    ...{ createdAt: now, before, property, version },
    after: Math.max(after, before - SPAN_MS),
    descending: order === 'desc',
  };
}

/** Null where none is given, NaN where it is no such time: `YYYY-MM-DDThh:mm:ss.mmmZ` alone is taken. */
function timeOf(text: string | null): number | null {
  if (text === null) return null;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) ? Date.parse(text) : Number.NaN;
}

interface Found {
  readonly stay: Stay;
  readonly message: Message;
  readonly place: Place;
}

function pageOf(desk: Desk, job: Job, cursor: string | null, version: Version) {
  const after = cursor ? readPlace(cursor) : null;
  if (cursor && !after) return null;
  const sign = job.descending ? -1 : 1;
  const rest = foundBy(desk, job, version)
    .toSorted((a, b) => sign * comparePlaces(a.place, b.place))
    .filter(({ place }) => !after || sign * comparePlaces(place, after) > 0);
  const shown = rest.slice(0, desk.switches.searchPageSize);
  const last = shown.at(-1);
  return {
    messages: shown.map(({ stay, message }): JsonObject => showInSearch(desk, stay, message, version)),
    next: last && rest.length > shown.length ? boundaryUuid(last.place) : '',
  };
}

/** Structured requests are told only where both calls, to create the job and to read it, are of version 1.2. */
function foundBy(desk: Desk, job: Job, version: Version): readonly Found[] {
  const told = (message: Message): boolean => isShown(desk, message, job.version) && isShown(desk, message, version);
  return visibleStays(desk)
    .filter(({ property }) => job.property === null || properties.toExternal(property.id) === job.property)
    .flatMap((stay) =>
      stay.conversation.messages
        .filter((message) => message.at.getTime() >= job.after && message.at.getTime() <= job.before && told(message))
        .map((message) => ({ stay, message, place: placeIn(message.at, message.id) })),
    );
}
