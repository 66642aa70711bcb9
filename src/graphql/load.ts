import type { Limits } from '../domain/limits.ts';
import type { Clock } from '../lib/clock.ts';
import { clientError } from './errors.ts';

/** How many operations are under way, and how many wait for that. */
export interface Load {
  /** Whether one more would be refused now. */
  readonly isFull: boolean;
  readonly inFlight: number;
  readonly waiting: number;
  /** How many are under way and wait for a provider, their places given to others. */
  readonly aside: number;
  /**
   * Begins an operation. At once where there is room; else a promise of its place, that comes to nothing where the caller goes away or has
   * waited for too long. Null where too many wait already.
   */
  begin(client?: AbortSignal): Place | Promise<Place | null> | null;
}

/** An operation's place among those that are under way. */
export interface Place {
  end(): void;
  /**
   * Does what consists of waiting for others, with the place given away meanwhile, and comes back to one before whoever waits to begin: so
   * a provider that hangs holds up nobody else. Several at once are one absence, which lasts until the last is done.
   */
  aside<T>(wait: () => Promise<T>): Promise<T>;
}

/** The rest is refused at once: a client that hears so early tries again, one that waits in a long line gives up and asks anew. */
export function createLoad(limits: Pick<Limits, 'inFlight' | 'queued'>, clock: Clock, waitMs: number): Load {
  // In the order in which they came.
  const waiting = new Set<() => void>();
  const returning = new Set<() => void>();
  let inFlight = 0;
  let aside = 0;
  const leave = (): void => {
    const [next] = returning.size > 0 ? returning : waiting;
    // The place passes on as it is.
    if (next) next();
    else inFlight -= 1;
  };
  const comeBack = (arrived: () => void): void => {
    const take = (): void => {
      returning.delete(take);
      arrived();
    };
    if (inFlight >= limits.inFlight) returning.add(take);
    else {
      inFlight += 1;
      take();
    }
  };
  const placed = (): Place =>
    createPlace({
      leave,
      comeBack,
      // As many may be away as may wait: beyond that they keep their places, and the server fills up.
      mayGo: () => aside < limits.queued,
      count: (by) => {
        aside += by;
      },
    });
  const isFull = (): boolean => inFlight >= limits.inFlight && waiting.size >= limits.queued;
  return {
    get isFull() {
      return isFull();
    },
    get inFlight() {
      return inFlight;
    },
    get waiting() {
      return waiting.size;
    },
    get aside() {
      return aside;
    },
    begin(client) {
      if (isFull()) return null;
      if (inFlight < limits.inFlight) {
        inFlight += 1;
        return placed();
      }
      return new Promise((resolve) => {
        const settle = (place: Place | null): void => {
          waiting.delete(take);
          cancel();
          client?.removeEventListener('abort', giveUp);
          resolve(place);
        };
        const take = (): void => settle(placed());
        const giveUp = (): void => settle(null);
        const cancel = clock.after(waitMs, giveUp);
        waiting.add(take);
        client?.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}

interface Room {
  leave(): void;
  /** Calls `arrived` once there is a place. */
  comeBack(arrived: () => void): void;
  mayGo(): boolean;
  /** Counts those who are away. */
  count(by: 1 | -1): void;
}

function createPlace({ leave, comeBack, mayGo, count }: Room): Place {
  let waits = 0;
  let isAway = false;
  let hasEnded = false;
  const goAway = (): void => {
    isAway = true;
    count(1);
    leave();
  };
  const arrive = (): void => {
    isAway = false;
    count(-1);
  };
  const returned = (): Promise<void> =>
    new Promise((resolve) => {
      if (hasEnded) arrive();
      else
        comeBack(() => {
          arrive();
          // It may have ended while it waited for a place, which then passes on.
          if (hasEnded) leave();
          resolve();
        });
      if (hasEnded) resolve();
    });
  return {
    end() {
      hasEnded = true;
      if (!isAway) leave();
    },
    async aside(wait) {
      waits += 1;
      if (waits === 1 && !isAway && !hasEnded && mayGo()) goAway();
      try {
        return await wait();
      } finally {
        waits -= 1;
        if (waits === 0 && isAway) await returned();
      }
    },
  };
}

/** How long to stay away, in seconds. */
const RETRY_AFTER = 1;

/** What is told instead of carrying out one operation too many. */
export function overloaded() {
  const http = { status: 503, headers: { 'retry-after': String(RETRY_AFTER) } };
  return clientError('RATE_LIMITED', 'The server is busy. Wait a little.', { retryAfter: RETRY_AFTER, http });
}

/** The same before anything of a request is read. */
export function overloadedResponse(request: Request): Response {
  const { http, ...extensions } = overloaded().extensions;
  const body = JSON.stringify({ errors: [{ message: overloaded().message, extensions }] });
  const type = 'application/graphql-response+json';
  const contentType = request.headers.get('accept')?.includes(type) ? type : 'application/json';
  const { status, headers } = http as { status: number; headers: Record<string, string> };
  return new Response(body, { status, headers: { ...headers, 'content-type': `${contentType}; charset=utf-8` } });
}
