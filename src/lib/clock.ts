/** The one source of time and chance. Everything that waits, dates or rolls dice is handed a `Clock`. */
export interface Clock {
  /** Wall-clock time: for display and for windows that a provider names, never for measuring durations. */
  now(): Date;
  /** Milliseconds from an arbitrary start that never go backwards: for durations. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the returned function takes that back. Any `ms` is safe, also beyond 2^31. */
  after(ms: number, run: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
}

/** A clock whose time stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time forward, running what falls due on the way, in order of due time, each at its own moment. */
  advance(ms: number): void;
}

// setTimeout fires at once above this (a 32-bit signed delay), so longer waits are taken in turns.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  after(ms, run) {
    let cancelled = false;
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      const turn = Math.min(left, LONGEST_TIMER_MS);
      timer = setTimeout(() => (left > turn ? arm(left - turn) : cancelled || run()), Math.max(0, turn));
      timer.unref();
    };
    arm(ms);
    return () => {
      cancelled = true;
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
};

/** A clock for tests and simulations, starting at `start`. Chance is a fixed sequence from `seed`. */
export function createManualClock(start: Date, seed = 1): ManualClock {
  let time = start.getTime();
  let state = seed;
  let order = 0;
  const due: { at: number; order: number; run: () => void }[] = [];
  const next = (until: number) =>
    due.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => new Date(time),
    monotonic: () => time - start.getTime(),
    after(ms, run) {
      const timer = { at: time + Math.max(0, ms), order: order++, run };
      due.push(timer);
      return () => remove(due, timer);
    },
    random() {
      // A small linear congruential generator (Numerical Recipes' constants): enough for jitter, the same in every run.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    },
    advance(ms) {
      const until = time + ms;
      for (let timer = next(until); timer; timer = next(until)) {
        remove(due, timer);
        time = Math.max(time, timer.at);
        timer.run();
      }
      time = until;
    },
  };
}

/** Waits `ms`, or until the signal aborts; either way it just resolves. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Calls `run` again and again, `ms` apart, until the returned function is called. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let cancel = (): void => undefined;
  const later = (): void => {
    cancel = clock.after(ms, () => {
      run();
      later();
    });
  };
  later();
  return () => cancel();
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
