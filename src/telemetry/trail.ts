import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of an operation wherever its work has got to. */
export interface Trail {
  readonly requestId: string;
  /** The providers' own ids of the requests made for it: what their support asks for. */
  readonly upstream: string[];
}

/** How many of them are kept: an operation may page through many threads. */
const MOST = 10;
const wellFormed = /^[\w.:/+=-]{1,64}$/;

const trails = new AsyncLocalStorage<Trail>();

/** Does the work, and whatever it begins, on that trail. */
export function onTrail<T>(trail: Trail, work: () => T): T {
  return trails.run(trail, work);
}

/** Notes the id that a provider gave one of our requests, for the operation it was made for, if there is one. */
export function noteUpstreamId(id: unknown): void {
  const upstream = trails.getStore()?.upstream;
  if (upstream && upstream.length < MOST && typeof id === 'string' && wellFormed.test(id)) upstream.push(id);
}

/** The request that is being answered here, if one is. */
export function currentRequestId(): string | undefined {
  return trails.getStore()?.requestId;
}
