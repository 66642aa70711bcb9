import type { Limits } from '../domain/limits.ts';
import type { Clock } from '../lib/clock.ts';
import { clientError } from './errors.ts';

/** How many operations are under way, and how many wait for that. */
export interface Load {
  /** Whether one more would be refused now. */
  readonly isFull: boolean;
  readonly inFlight: number;
  readonly waiting: number;
  /**
   * Begins an operation: the returned function ends it. At once where there is room; else a promise of it, that comes to nothing where
   * the caller goes away or has waited for too long. Null where too many wait already.
   */
  begin(client?: AbortSignal): (() => void) | Promise<(() => void) | null> | null;
}

/** The rest is refused at once: a client that hears so early tries again, one that waits in a long line gives up and asks anew. */
export function createLoad(limits: Pick<Limits, 'inFlight' | 'queued'>, clock: Clock, waitMs: number): Load {
  // In the order in which they came.
  const waiting = new Set<() => void>();
  let inFlight = 0;
  const end = (): void => {
    const [next] = waiting;
    // The place passes on as it is.
    if (next) next();
    else inFlight -= 1;
  };
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
    begin(client) {
      if (isFull()) return null;
      if (inFlight < limits.inFlight) {
        inFlight += 1;
        return end;
      }
      return new Promise((resolve) => {
        const settle = (place: (() => void) | null): void => {
          waiting.delete(take);
          cancel();
          client?.removeEventListener('abort', giveUp);
          resolve(place);
        };
        const take = (): void => settle(end);
        const giveUp = (): void => settle(null);
        const cancel = clock.after(waitMs, giveUp);
        waiting.add(take);
        client?.addEventListener('abort', giveUp, { once: true });
      });
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
