import { createDownloads } from './attachment-downloads.ts';
import { DomainError } from './domain/errors.ts';
import type { AccountId } from './domain/ids.ts';
import type { Limits } from './domain/limits.ts';
import { defaultTimes, type Times } from './domain/times.ts';
import { createAttachmentLinks } from './graphql/attachment-links.ts';
import type { Introspection } from './graphql/introspection.ts';
import { schema } from './graphql/schema.ts';
import { createTransport, type Transport } from './graphql/transport.ts';
import type { Manifest } from './graphql/trusted-documents.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { type Log, silentLog } from './lib/log.ts';
import { type Loop, settleAll } from './lib/loop.ts';
import { createAddressCheck } from './lib/outbound.ts';
import type { Sealer } from './lib/seal.ts';
import { createWakes } from './lib/wake.ts';
import type { Fetch, ProviderModule } from './providers/contract.ts';
import { guardAdapter, type ObservedCall } from './providers/guard.ts';
import { createThrottle } from './providers/throttle.ts';
import { createRoutes } from './routes.ts';
import type { Database } from './store/database.ts';
import { createHints } from './store/hints.ts';
import { noticeRestore } from './store/identity.ts';
import { createBudget } from './sync/budgets.ts';
import { type ConnectionParts, createConnections, type Gate } from './sync/connections.ts';
import { createGateway } from './sync/gateway.ts';
import { createIngest } from './sync/ingest.ts';
import { createMemory } from './sync/memory.ts';
import { createPruner } from './sync/pruner.ts';
import { createSender } from './sync/sender.ts';
import { createThreads } from './sync/threads.ts';
import { createWebhookDoor } from './sync/webhooks.ts';
import { createWorkers } from './sync/workers.ts';

/** Everything an application is made of that is not its own. */
export interface AppOptions {
  readonly db: Database;
  readonly providers: readonly ProviderModule[];
  readonly sealer: Sealer;
  readonly publicUrl: string;
  readonly graphiql: boolean;
  /** Origins of browser pages that may call; `*loopback*` stands for all of this machine. */
  readonly allowedOrigins: readonly string[];
  readonly allowPrivateHosts: boolean;
  /** How much callers may ask; the usual where it is absent. */
  readonly limits?: Limits;
  readonly introspection?: Introspection;
  /** The only documents that may run; all may where it is absent. */
  readonly trustedDocuments?: Manifest;
  /** Filled into GraphiQL's headers: for the demo. */
  readonly pageToken?: string;
  readonly clock?: Clock;
  readonly times?: Times;
  readonly log?: Log;
  /** How providers are called: simulators in tests. */
  readonly fetch?: Fetch;
  /** Overrides every provider's own interval, in milliseconds: for the demo. */
  readonly pullEveryMs?: number;
  /** Told of every provider call that ended. */
  readonly observe?: (provider: string, call: ObservedCall) => void;
}

/** A running system without its socket. */
export interface App {
  /** Answers one HTTP request, whatever it is for. `cut` ends its connection, for an answer that breaks off half way. */
  fetch(request: Request, cut?: () => void): Promise<Response>;
  /** The GraphQL transport, for sockets to be attached to a server. */
  readonly transport: Transport;
  /** Begins new epochs where the database is a copy or was restored: to be awaited before anything is answered. */
  checkDatabase(): Promise<void>;
  /** Starts the loops: polling, sweeping, sending, forgetting. */
  start(): void;
  /** Resolves when no loop has work at hand. */
  settle(): Promise<void>;
  /** Says "not ready", lets loops end what is in hand, at most `times.drainMs`, and gives leases back. The database stays open. */
  stop(): Promise<void>;
}

/** Puts the system together. Nothing runs before `start`. */
export function createApp(options: AppOptions): App {
  const { db, sealer, clock = systemClock, times = defaultTimes, log = silentLog } = options;
  const owner = crypto.randomUUID();
  const modules = new Map(options.providers.map((module) => [module.id, module]));
  const wakes = createWakes((error) => log.error({ err: error }, 'a listener failed'));
  const memoryParts = { db, sealer, clock, owner, leaseMs: times.leaseMs };
  const connections = createConnections({
    ...{ db, modules, sealer, clock, times, log },
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    memory: keep((id: AccountId) => createMemory(id, memoryParts)),
    gate: createGates({ db, clock, times, ...(options.observe && { observe: options.observe }) }),
  });
  const ingest = createIngest({ db, clock, times, wakes });
  const threads = createThreads({ db, ingest, clock });
  const parts = { db, ingest, threads, connections, clock, times, log, owner, wakes };
  const workers = createWorkers({ ...parts, ...(options.pullEveryMs && { pullEveryMs: options.pullEveryMs }) });
  const sender = createSender(parts);
  const pruner = createPruner(parts);
  const checkAddress = addressGate(options.allowPrivateHosts);
  const gateway = createGateway({ ...parts, modules, sealer, workers, checkAddress, wakeSender: () => sender.wake() });
  const { publicUrl, graphiql, allowedOrigins, pageToken, limits, introspection, trustedDocuments } = options;
  const links = createAttachmentLinks({ sealer, clock, publicUrl });
  const transport = createTransport({
    ...{ schema, db, gateway, clock, times, wakes, log, publicUrl, links, graphiql, allowedOrigins },
    ...(pageToken && { initialToken: pageToken }),
    ...{
      ...(limits && { limits }),
      ...(introspection && { introspection }),
      ...(trustedDocuments && { trustedDocuments }),
    },
  });
  const door = createWebhookDoor({ ...parts, modules });
  const hints = createHints({ db, wakes, clock, log });
  const downloads = createDownloads({ db, gateway, links, clock, log });
  let ready = true;
  const loops = (): readonly Loop[] => [hints, sender, pruner, ...workers.loops()];
  return {
    fetch: contained(
      createRoutes({ transport, door, downloads, isReady: async () => ready && (await answers(db)) }),
      log,
    ),
    transport,
    async checkDatabase() {
      const tenants = await noticeRestore(db);
      if (tenants !== null)
        log.warn({ tenants }, 'the database is a copy or was restored: cursors from before are told to read anew');
    },
    start() {
      hints.start();
      sender.start();
      workers.start();
      pruner.start();
    },
    settle: () => settleAll(loops),
    async stop() {
      ready = false;
      const ended = Promise.all([sender.stop(), workers.stop(), pruner.stop()]);
      await within(
        clock,
        times.drainMs,
        ended.finally(() => hints.stop()),
      );
    },
  };
}

/** What is thrown is logged here and told to nobody: the server adapter would answer with its stack. */
function contained(routes: App['fetch'], log: Log): App['fetch'] {
  return async (request, cut) => {
    try {
      return await routes(request, cut);
    } catch (error) {
      log.error({ err: error, path: new URL(request.url).pathname }, 'a request could not be answered');
      return new Response(null, { status: 500 });
    }
  };
}

/** One budget and one throttle a budget key, one guard an adapter. */
function createGates(parts: {
  readonly db: Database;
  readonly clock: Clock;
  readonly times: Times;
  readonly observe?: (provider: string, call: ObservedCall) => void;
}): ConnectionParts['gate'] {
  const { clock, times, observe } = parts;
  const gates = new Map<string, Gate>();
  return (module, credentials) => {
    const key = `${module.id} ${module.budgetKey(credentials)}`;
    const known = gates.get(key);
    if (known) return known;
    const budget = createBudget(parts, module, credentials);
    const throttle = createThrottle(module.id, module.limits, clock, budget);
    const guardParts = {
      ...{ provider: module.id, clock, times, throttle },
      ...(observe && { observe: (call: ObservedCall) => observe(module.id, call) }),
    };
    const gate: Gate = { budget, guard: (adapter) => guardAdapter(adapter, guardParts) };
    gates.set(key, gate);
    return gate;
  };
}

function addressGate(allowPrivate: boolean): (url: string) => Promise<void> {
  const check = createAddressCheck({ allowPrivate });
  return async (url) => {
    const fault = await check(url);
    if (fault) throw new DomainError('INVALID', `credentials.baseUrl ${fault}`, ['credentials', 'baseUrl']);
  };
}

function keep<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

function answers(db: Database): Promise<boolean> {
  return db.pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
}

function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    work.then(() => resolve(), reject).finally(cancel);
  });
}
