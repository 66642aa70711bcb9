/** So many requests in a window of so many seconds. */
export interface Rate {
  readonly requests: number;
  readonly perSeconds: number;
}

/**
 * Counts requests in windows of the clock (`now` in milliseconds): null lets one in, else seconds until the next window.
 * The rate is asked for at each request; null lets everything in.
 */
export function createGate(rateNow: () => Rate | null, now: () => number): () => number | null {
  let window = -1;
  let taken = 0;
  return () => {
    const rate = rateNow();
    if (!rate) return null;
    const current = Math.floor(now() / 1000 / rate.perSeconds);
    taken = current === window ? taken + 1 : 1;
    window = current;
    return taken <= rate.requests ? null : Math.ceil((current + 1) * rate.perSeconds - now() / 1000);
  };
}
