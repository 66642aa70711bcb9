import type { AccountId } from '../domain/ids.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import { releaseAccounts, renewAccounts } from '../store/leases.ts';
import { accountTopic, ROSTER_TOPIC } from './topics.ts';
import { createTurns, type TurnParts, type Turns } from './turns.ts';

/** The loops that keep accounts up to date: one that looks and one that sweeps for each connected account. */
export interface Workers {
  start(): void;
  /** Every loop there is now. */
  loops(): readonly Loop[];
  readonly lookNow: Turns['lookNow'];
  stop(): Promise<void>;
}

interface Worker {
  readonly poll: Loop;
  readonly sweep: Loop;
  stop(): Promise<unknown>;
}

// Leases are renewed so many times before they would run out.
const RENEWALS = 3;

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
    const poll = loop('poll');
    const sweep = loop('sweep');
    const unlisten = parts.wakes.listen(accountTopic(id), () => poll.wake());
    const stop = (): Promise<unknown> => {
      unlisten();
      return Promise.all([poll.stop(), sweep.stop()]);
    };
    workers.set(id, { poll, sweep, stop });
    poll.start();
    sweep.start();
  };
  const terms = { owner: parts.owner, leaseMs: parts.times.leaseMs };
  const roster = createLoop({
    name: 'accounts',
    clock: parts.clock,
    async turn() {
      await renewAccounts(parts.db, terms);
      const ids = new Set((await parts.connections.all()).map((one) => one.account.id));
      for (const id of ids) takeUp(id);
      const gone = [...workers].filter(([id]) => !ids.has(id));
      for (const [id] of gone) workers.delete(id);
      await Promise.all(gone.map(([, one]) => one.stop()));
      return parts.times.leaseMs / RENEWALS;
    },
    onError: (error) => {
      parts.log.error({ err: error }, 'the list of accounts cannot be read');
      return parts.times.lookEveryMs;
    },
  });
  const all = (): readonly Loop[] => [roster, ...[...workers.values()].flatMap((one) => [one.poll, one.sweep])];
  let unlisten = (): void => undefined;
  return {
    start() {
      unlisten = parts.wakes.listen(ROSTER_TOPIC, () => roster.wake());
      roster.start();
    },
    loops: all,
    lookNow: turns.lookNow,
    async stop() {
      unlisten();
      await roster.stop();
      await Promise.all([...workers.values()].map((one) => one.stop()));
      // Whoever hears of it takes them up at once.
      for (const id of await releaseAccounts(parts.db, parts.owner)) parts.wakes.notify(accountTopic(id));
    },
  };
}
