import type { AccountId } from '../domain/ids.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import { releaseAccounts } from '../store/leases.ts';
import { createTurns, type TurnParts, type Turns } from './turns.ts';

/** The loops that keep accounts up to date: one that looks and one that sweeps for each connected account. */
export interface Workers {
  start(): void;
  /** Every loop there is now. */
  loops(): readonly Loop[];
  /** Look at that account now. */
  hint(id: AccountId): void;
  readonly lookNow: Turns['lookNow'];
  /** An account was connected or disconnected: take it up, or leave it. */
  refresh(): void;
  stop(): Promise<void>;
}

interface Worker {
  readonly poll: Loop;
  readonly sweep: Loop;
}

export function createWorkers(parts: TurnParts): Workers {
  const workers = new Map<AccountId, Worker>();
  const turns = createTurns(parts);
  const takeUp = (id: AccountId): void => {
    if (workers.has(id)) return;
    const loop = (work: 'poll' | 'sweep'): Loop =>
      createLoop({
        name: `${work} ${id}`,
        clock: parts.clock,
        turn: (signal) => turns[work](id, signal),
        onError: (error) => turns.afterFailure(id, work, error),
      });
    const worker = { poll: loop('poll'), sweep: loop('sweep') };
    workers.set(id, worker);
    worker.poll.start();
    worker.sweep.start();
  };
  const roster = createLoop({
    name: 'accounts',
    clock: parts.clock,
    async turn() {
      const ids = new Set((await parts.connections.all()).map((one) => one.account.id));
      for (const id of ids) takeUp(id);
      const gone = [...workers].filter(([id]) => !ids.has(id));
      for (const [id] of gone) workers.delete(id);
      await Promise.all(gone.flatMap(([, one]) => [one.poll.stop(), one.sweep.stop()]));
      return parts.times.leaseMs;
    },
    onError: (error) => {
      parts.log.error({ err: error }, 'the list of accounts cannot be read');
      return parts.times.lookEveryMs;
    },
  });
  const all = (): readonly Loop[] => [roster, ...[...workers.values()].flatMap((one) => [one.poll, one.sweep])];
  return {
    start: () => roster.start(),
    loops: all,
    hint: (id) => workers.get(id)?.poll.wake(),
    lookNow: turns.lookNow,
    refresh: () => roster.wake(),
    async stop() {
      await Promise.all(all().map((loop) => loop.stop()));
      await releaseAccounts(parts.db, parts.owner);
    },
  };
}
