import { ProviderError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Log } from '../lib/log.ts';
import { claimAccount } from '../store/leases.ts';
import { LeaseLostError } from './batch.ts';
import type { Connections } from './connections.ts';
import type { LookParts } from './look.ts';
import { look } from './poller.ts';
import { sweepStep } from './sweep.ts';

/** What came of a look that somebody asked for. */
export interface LookReport {
  /** Messages that were new to us. */
  readonly received: number;
  /** False where another process holds the account: it looks, not we. */
  readonly looked: boolean;
}

/** What one process does for accounts, a turn at a time, each under the account's lease. */
export interface Turns {
  /** Looks now. Looks asked for while one is under way are that one. Throws ProviderError. */
  lookNow(id: AccountId, signal: AbortSignal): Promise<LookReport>;
  /** One turn of the account's poll loop; returns the milliseconds to the next. */
  poll(id: AccountId, signal: AbortSignal): Promise<number>;
  /** One turn of the account's sweep loop; returns the milliseconds to the next. */
  sweep(id: AccountId, signal: AbortSignal): Promise<number>;
  /** How long to leave an account alone after a turn that threw. */
  afterFailure(id: AccountId, work: string, error: unknown): number;
}

export interface TurnParts extends LookParts {
  readonly connections: Connections;
  readonly log: Log;
  /** Names this process in leases. */
  readonly owner: string;
  /** Overrides every provider's pullEveryMs: for the demo. */
  readonly pullEveryMs?: number;
}

// How long a provider that fails is left alone, unless it names a time itself.
const AFTER_FAILURE_MS = 15_000;
// How soon an idle sweep looks again for threads that became stale or a walk that is due.
const IDLE_SWEEP_MS = 60_000;

export function createTurns(parts: TurnParts): Turns {
  const looks = new Map<AccountId, Promise<LookReport>>();
  const terms = { owner: parts.owner, leaseMs: parts.times.leaseMs };
  const lookOnce = async (id: AccountId, signal: AbortSignal): Promise<LookReport> => {
    const connection = await parts.connections.of(id);
    const lease = connection && (await claimAccount(parts.db, id, terms));
    if (!connection || !lease) return { received: 0, looked: false };
    return { received: await look(parts, connection, lease, signal), looked: true };
  };
  const lookNow = (id: AccountId, signal: AbortSignal): Promise<LookReport> => {
    const under = looks.get(id) ?? lookOnce(id, signal).finally(() => looks.delete(id));
    looks.set(id, under);
    return under;
  };
  return {
    lookNow,
    async poll(id, signal) {
      const connection = await parts.connections.of(id);
      if (!connection) return Number.POSITIVE_INFINITY;
      const { looked } = await lookNow(id, signal);
      return looked ? (parts.pullEveryMs ?? connection.module.limits.pullEveryMs) : parts.times.lookEveryMs;
    },
    async sweep(id, signal) {
      const connection = await parts.connections.of(id);
      if (!connection) return Number.POSITIVE_INFINITY;
      const lease = await claimAccount(parts.db, id, terms);
      if (!lease) return parts.times.leaseMs;
      return (await sweepStep(parts, connection, lease, signal)) ? 0 : IDLE_SWEEP_MS;
    },
    afterFailure: (id, work, error) => afterFailure(parts, id, work, error),
  };
}

function afterFailure(parts: TurnParts, id: AccountId, work: string, error: unknown): number {
  if (error instanceof LeaseLostError) return parts.times.lookEveryMs;
  if (!(error instanceof ProviderError)) {
    parts.log.error({ account: id, work, err: error }, 'work for an account failed');
    return AFTER_FAILURE_MS;
  }
  parts.log.warn({ account: id, work, kind: error.kind, provider: error.provider, err: error }, 'a provider failed');
  const wait = error.retryAt ? error.retryAt.getTime() - parts.clock.now().getTime() : AFTER_FAILURE_MS;
  return Math.max(wait, 1000);
}
