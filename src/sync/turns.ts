import { ProviderError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Log } from '../lib/log.ts';
import type { Wakes } from '../lib/wake.ts';
import { claimAccount, heldForMs } from '../store/leases.ts';
import type { Tracing } from '../telemetry/contract.ts';
import { LeaseLostError } from './batch.ts';
import type { Connection, Connections } from './connections.ts';
import type { LookParts } from './look.ts';
import { look } from './poller.ts';
import { sweepStep } from './sweep.ts';
import { lookedTopic } from './topics.ts';

/** What came of a look that somebody asked for. */
export interface LookReport {
  /** Messages that were new to us. */
  readonly received: number;
  /** False where another process holds the account: it looks, not we. Also where it was taken from us half way. */
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
  readonly wakes: Wakes;
  readonly log: Log;
  readonly tracing: Tracing;
  /** Names this process in leases. */
  readonly owner: string;
  /** Overrides every provider's pullEveryMs: for the demo. */
  readonly pullEveryMs?: number;
}

// How soon an idle sweep looks again for threads that became stale or a walk that is due.
const IDLE_SWEEP_MS = 60_000;

export function createTurns(parts: TurnParts): Turns {
  const looks = new Map<AccountId, Promise<LookReport>>();
  const begun = new Map<AccountId, number>();
  const terms = { owner: parts.owner, leaseMs: parts.times.leaseMs };
  const lookOnce = async (id: AccountId, signal: AbortSignal): Promise<LookReport> => {
    const connection = await parts.connections.of(id);
    const lease = connection && (await claimAccount(parts.db, id, terms));
    if (!connection || !lease) return { received: 0, looked: false };
    begun.set(id, parts.clock.monotonic());
    try {
      return { received: await traced(parts, connection, () => look(parts, connection, lease, signal)), looked: true };
    } catch (error) {
      // Somebody else has it by now, or it was disconnected: what was read counts for nothing.
      if (error instanceof LeaseLostError) return { received: 0, looked: false };
      throw error;
    } finally {
      parts.wakes.notify(lookedTopic(id));
    }
  };
  /** Until whoever holds the account could have died. */
  const untilFree = async (id: AccountId): Promise<number> =>
    Math.max(parts.times.lookEveryMs, Math.min(parts.times.leaseMs, await heldForMs(parts.db, id)));
  const lookNow = (id: AccountId, signal: AbortSignal): Promise<LookReport> => {
    const under = looks.get(id);
    if (under) return under;
    const look = lookOnce(id, signal).finally(() => looks.delete(id));
    looks.set(id, look);
    return look;
  };
  return {
    lookNow,
    async poll(id, signal) {
      const connection = await parts.connections.of(id);
      if (!connection) return Number.POSITIVE_INFINITY;
      const rest = restOf(parts, connection, begun.get(id));
      if (rest > 0) return rest;
      const { looked } = await lookNow(id, signal);
      return looked ? (parts.pullEveryMs ?? connection.module.limits.pullEveryMs) : untilFree(id);
    },
    async sweep(id, signal) {
      const connection = await parts.connections.of(id);
      if (!connection) return Number.POSITIVE_INFINITY;
      const lease = await claimAccount(parts.db, id, terms);
      if (!lease) return untilFree(id);
      return (await sweepStep(parts, connection, lease, signal)) ? 0 : IDLE_SWEEP_MS;
    },
    afterFailure: (id, work, error) => afterFailure(parts, id, work, error),
  };
}

/** A look is a trace of its own, whoever asked for it: others may be waiting for the same one. */
function traced(parts: TurnParts, { account }: Connection, work: () => Promise<number>): Promise<number> {
  const facts = { 'parley.provider': account.provider };
  return parts.tracing.span({ name: 'pull', kind: 'internal', parent: 'none', facts }, async (span) => {
    const received = await work();
    span.tell({ 'parley.received': received });
    return received;
  });
}

/** However many hints arrive, they are one look after the provider's gap: the milliseconds left of it. */
function restOf(parts: TurnParts, { module }: Connection, begun: number | undefined): number {
  const gap = Math.min(module.limits.minGapMs, parts.pullEveryMs ?? Number.POSITIVE_INFINITY);
  return begun === undefined ? 0 : begun + gap - parts.clock.monotonic();
}

function afterFailure(parts: TurnParts, id: AccountId, work: string, error: unknown): number {
  if (error instanceof LeaseLostError) return parts.times.lookEveryMs;
  if (!(error instanceof ProviderError)) {
    parts.log.error({ account: id, work, err: error }, 'work for an account failed');
    return parts.times.afterFailureMs;
  }
  parts.log.warn({ account: id, work, kind: error.kind, provider: error.provider, err: error }, 'a provider failed');
  const wait = error.retryAt ? error.retryAt.getTime() - parts.clock.now().getTime() : parts.times.afterFailureMs;
  return Math.max(wait, 1000);
}
