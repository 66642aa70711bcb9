import { DomainError, ProviderError } from '../domain/errors.ts';
import type { Gateway, ProviderFace, SyncReport } from '../domain/gateway.ts';
import type { AccountId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type { Wakes } from '../lib/wake.ts';
import type { ProviderModule } from '../providers/contract.ts';
import { disconnectAccount } from '../store/accounts.ts';
import { feedTopic } from '../store/feed.ts';
import { type ActionParts, createActions } from './actions.ts';
import { type ConnectParts, connectAccount } from './connect.ts';
import type { Connection } from './connections.ts';
import { describeCredentials } from './credential-fields.ts';
import { lookElsewhere } from './elsewhere.ts';
import { eraseParticipant } from './erasure.ts';
import { threadsAtOnce } from './thread-pages.ts';
import type { Threads } from './threads.ts';
import { ROSTER_TOPIC } from './topics.ts';
import type { LookReport } from './turns.ts';
import type { Workers } from './workers.ts';

export interface GatewayParts extends ConnectParts, ActionParts {
  readonly threads: Threads;
  readonly workers: Workers;
  readonly wakes: Wakes;
  wakeSender(): void;
}

// How long a look that a person asked for is waited for (DESIGN section 8).
const PATIENCE_MS = 8_000;

/** What callers' requests may ask of the providers. */
export function createGateway(parts: GatewayParts): Gateway {
  const mine = async (tenantId: TenantId, id: AccountId): Promise<Connection | null> => {
    const connection = await parts.connections.of(id);
    return connection?.account.tenantId === tenantId ? connection : null;
  };
  const told = (tenantId: TenantId): void => {
    parts.wakes.notify(feedTopic(tenantId));
    parts.wakes.notify(ROSTER_TOPIC);
  };
  // Not by the caller's signal: a look that has begun goes on when its caller has gone.
  const look = async ({ account }: Connection): Promise<LookReport> => {
    const here = await parts.workers.lookNow(account.id, new AbortController().signal);
    return here.looked ? here : lookElsewhere(parts, account, PATIENCE_MS);
  };
  const lookNow = (connection: Connection): Promise<SyncReport> =>
    patiently(parts.clock, connection.account.id, look(connection));
  return {
    providers: [...parts.modules.values()].map(faceOf),
    async connectAccount(tenantId, input, signal) {
      const id = await connectAccount(parts, tenantId, input, signal);
      told(tenantId);
      return id;
    },
    async disconnectAccount(tenantId, id) {
      if (!(await disconnectAccount(parts.db, tenantId, id, parts.clock.now()))) throw noAccount();
      told(tenantId);
    },
    async syncAccount(tenantId, id) {
      const connection = await mine(tenantId, id);
      if (!connection) throw noAccount();
      return lookNow(connection);
    },
    refreshAccounts: (tenantId, ids, maxAgeMs) =>
      Promise.all(
        ids.map(async (id) => {
          const connection = await mine(tenantId, id);
          if (!connection || !isDue(parts.clock, connection, maxAgeMs)) return unlooked(id);
          return lookNow(connection);
        }),
      ),
    async readThreads(tenantId, id, reads, signal) {
      const connection = await mine(tenantId, id);
      if (!connection) return reads.map(() => null);
      return parts.threads.read(connection, reads, { signal, lane: 'person' });
    },
    eraseParticipant: (tenantId, participantId, signal) => eraseParticipant(parts, { tenantId, participantId }, signal),
    ...createActions(parts),
    wakeSender: parts.wakeSender,
  };
}

function isDue(clock: Clock, { account, module }: Connection, maxAgeMs: number): boolean {
  const age = clock.now().getTime() - (account.lastPulledAt?.getTime() ?? 0);
  return age >= Math.max(maxAgeMs, module.limits.minGapMs);
}

/** The report of a look, or after a while that it goes on. */
function patiently(clock: Clock, accountId: AccountId, look: Promise<LookReport>): Promise<SyncReport> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve(unlooked(accountId)));
    const report = (error: unknown): void => {
      if (error instanceof ProviderError) resolve({ ...unlooked(accountId), error });
      else reject(error);
    };
    look
      .then((done) => resolve({ accountId, received: done.received, finished: done.looked, error: null }), report)
      .finally(cancel);
  });
}

function unlooked(accountId: AccountId): SyncReport {
  return { accountId, received: 0, finished: false, error: null };
}

function noAccount(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such account.', ['accountId']);
}

function faceOf(module: ProviderModule): ProviderFace {
  return {
    id: module.id,
    title: module.title,
    speaksAs: module.speaksAs,
    abilities: module.abilities,
    credentialFields: describeCredentials(module),
    batchSize: threadsAtOnce(module.limits),
    maxTextLength: module.limits.maxTextLength,
    attachments: module.limits.attachments,
    replyWindow: module.limits.replyWindow,
    pullEveryMs: module.limits.pullEveryMs,
  };
}
