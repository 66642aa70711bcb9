/** One connection, as the order of turns sees it. */
export interface Participant {
  hasWork(): boolean;
  /** Runs one unit. True: it is inside a transaction or a unit, so the next turn is its own too. */
  work(): Promise<boolean>;
}

/** Lets one participant at a time run one unit; who is inside a transaction keeps the turn until that ends. */
export interface Turns {
  /** There may be work at `participant` now. */
  wake(participant: Participant): void;
  /** Resolves when nothing more can run. */
  idle(): Promise<void>;
}

/** Turns in the order of asking. `failed` is told what `work` threw, after which nothing runs any more. */
export function createTurns(failed: (error: unknown) => void): Turns {
  const waiting = new Set<Participant>();
  let holder: Participant | null = null;
  let running = false;
  let done: Promise<void> = Promise.resolve();

  const next = (): Participant | null => {
    if (holder) return holder.hasWork() ? holder : null;
    for (const participant of waiting) {
      waiting.delete(participant);
      if (participant.hasWork()) return participant;
    }
    return null;
  };
  const run = async (): Promise<void> => {
    running = true;
    for (let current = next(); current; current = next()) {
      holder = (await current.work()) ? current : null;
      if (!holder) waiting.add(current);
    }
    // In the same breath as the last look, so that no wake falls between.
    running = false;
  };
  return {
    wake(participant) {
      if (participant !== holder) waiting.add(participant);
      if (!running) done = run().catch(failed);
    },
    idle: () => done,
  };
}
