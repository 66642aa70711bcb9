import type { Clock } from './clock.ts';

/** Work that waits to be woken. Hints wake it, time does anyway; it knows nothing of what it does. */
export interface Loop {
  readonly name: string;
  /** Whether a turn is running or about to. True at once when a wake or the clock starts one. */
  readonly busy: boolean;
  /** Makes the first turn at once. Only the first call does something. */
  start(): void;
  /** Look now. During a turn: look again after it. Before the start and after the stop it does nothing. */
  wake(): void;
  /** Resolves when there is no work at hand: not started, stopped, or waiting for time or a wake. */
  settle(): Promise<void>;
  /** Ends the wait, aborts the turn's signal and resolves when the turn in hand is over, however long that takes. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  /**
   * One turn. Returns the milliseconds to the next one when nothing wakes it; 0: again at once; Infinity: only a wake.
   * The signal says that the loop is to stop: take no more work, and pass it on to what may be cut short (never a send).
   */
  turn(signal: AbortSignal): Promise<number>;
  /**
   * Told of what a turn threw, but not after the stop; returns the milliseconds to wait. A wake that came during the
   * failed turn does not shorten that wait, or hints would make a failing turn spin; a later one does. Must not throw.
   */
  onError(error: unknown): number;
}

/** A loop that is not yet started. */
export function createLoop({ name, clock, turn, onError }: LoopOptions): Loop {
  const stopping = new AbortController();
  let started = false;
  let busy = false;
  let woken = false;
  let running = Promise.resolve();
  let endWait: (() => void) | undefined;

  const begin = (): void => {
    endWait?.();
    // Said before the turn begins, for it may wake its own loop at once.
    busy = true;
    running = work();
  };
  const work = async (): Promise<void> => {
    let wait = 0;
    while (!(wait > 0) && !stopping.signal.aborted) {
      woken = false;
      try {
        wait = await turn(stopping.signal);
        if (woken) wait = 0;
      } catch (error) {
        wait = stopping.signal.aborted ? 0 : onError(error);
      }
    }
    // Nothing is awaited between the look at `woken` and here, or a wake could fall in between and be lost.
    busy = false;
    if (!stopping.signal.aborted) endWait = clock.after(wait, begin);
  };
  const settle = async (): Promise<void> => {
    while (busy) await running;
  };
  return {
    name,
    get busy() {
      return busy;
    },
    start() {
      if (started || stopping.signal.aborted) return;
      started = true;
      begin();
    },
    wake() {
      if (busy) woken = true;
      else if (started && !stopping.signal.aborted) begin();
    },
    settle,
    async stop() {
      stopping.abort();
      endWait?.();
      await settle();
    },
  };
}

/** Resolves when all loops are without work in the same pass, however often they wake each other or new ones appear. */
export async function settleAll(loops: () => readonly Pick<Loop, 'busy' | 'settle'>[]): Promise<void> {
  const busy = () => loops().filter((loop) => loop.busy);
  for (let waiting = busy(); waiting.length > 0; waiting = busy()) {
    await Promise.all(waiting.map((loop) => loop.settle()));
  }
}
