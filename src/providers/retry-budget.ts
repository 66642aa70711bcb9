/** How many tries over the first one an account's reads may make: a share of all reads, so that trouble is not answered with more load. */
export interface RetryBudget {
  /** A read begins. */
  asked(): void;
  /** Takes one retry out, or tells that there is none left. */
  take(): boolean;
}

// One retry for ten reads (DELIVERY 7.1).
const SHARE = 10;
// In tenths, so that ten times a tenth are one: an account that is seldom asked may still have its reads tried again.
const MOST = 10 * SHARE;

/** One account's, in one process. */
export function createRetryBudget(): RetryBudget {
  let left = MOST;
  return {
    asked() {
      left = Math.min(MOST, left + 1);
    },
    take() {
      if (left < SHARE) return false;
      left -= SHARE;
      return true;
    },
  };
}
