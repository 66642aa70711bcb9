import { createDownloads } from './attachment-downloads.ts';
import type { IdentityProvider } from './domain/identity-provider.ts';
import type { AccountId } from './domain/ids.ts';
import type { Limits } from './domain/limits.ts';
import { defaultTimes, type Times } from './domain/times.ts';
import { createAttachmentLinks } from './graphql/attachment-links.ts';
import type { Introspection } from './graphql/introspection.ts';
import { createJwts, type JwtLook } from './graphql/jwts.ts';
import { measureResolvers } from './graphql/measured-resolvers.ts';
import { buildSchema, schema as plainSchema } from './graphql/schema.ts';
import { createTransport, type Transport } from './graphql/transport.ts';
import type { Manifest } from './graphql/trusted-documents.ts';
import { createHealth } from './health.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createKnownSecrets, type KnownSecrets } from './lib/known-secrets.ts';
import { type Log, silentLog } from './lib/log.ts';
import { type Loop, settleAll } from './lib/loop.ts';
import { createAddressCheck } from './lib/outbound.ts';
import { createOutboundFetch } from './lib/outbound-fetch.ts';
import type { Sealer } from './lib/seal.ts';
import { createWakes } from './lib/wake.ts';
import { createGates, type GateParts } from './provider-gates.ts';
import type { Fetch, ProviderModule } from './providers/contract.ts';
import { createRoutes } from './routes.ts';
import type { Database } from './store/database.ts';
import { figuresOfAllTenants } from './store/figures.ts';
import { createHints } from './store/hints.ts';
import { noticeRestore } from './store/identity.ts';
import { createConnections } from './sync/connections.ts';
import { createForgetter } from './sync/forgetter.ts';
import { createGateway } from './sync/gateway.ts';
import { createIngest } from './sync/ingest.ts';
import { createMemory } from './sync/memory.ts';
import { createPruner } from './sync/pruner.ts';
import { createSender } from './sync/sender.ts';
import { createThreads } from './sync/threads.ts';
import { createWebhookDoor } from './sync/webhooks.ts';
import { createWorkers } from './sync/workers.ts';
import { noTelemetry, type Telemetry } from './telemetry/contract.ts';

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
  /** Whose JWTs callers may bring instead of one of our tokens. */
  readonly identity?: IdentityProvider;
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
  /** What the log leaves out: told of every secret that is opened. */
  readonly secrets?: KnownSecrets;
  /** How providers are called: simulators in tests. */
  readonly fetch?: Fetch;
  /** Overrides every provider's own interval, in milliseconds: for the demo. */
  readonly pullEveryMs?: number;
  /** Who is told of figures and traces: nobody where it is absent. */
  readonly telemetry?: Telemetry;
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
  const { db, sealer, clock = systemClock, times = defaultTimes, log = silentLog, telemetry = noTelemetry } = options;
  const { meters, tracing } = telemetry;
  const opened = new Set<AccountId>();
  const breakerChanged: GateParts['breakerChanged'] = (provider, id, state) => {
    meters.breaker(provider, id, state);
    if (state !== 'closed') opened.add(id);
    else if (opened.delete(id)) sender.hasten(id);
  };
  const owner = crypto.randomUUID();
  const modules = new Map(options.providers.map((module) => [module.id, module]));
  const wakes = createWakes((error) => log.error({ err: error }, 'a listener failed'));
  const { secrets = createKnownSecrets() } = options;
  const memoryParts = { db, sealer, clock, owner, secrets, leaseMs: times.leaseMs };
  const connections = createConnections({
    ...{ db, modules, sealer, clock, times, log, secrets },
    fetch: options.fetch ?? createOutboundFetch({ allowPrivate: options.allowPrivateHosts }),
    memory: keep((id: AccountId) => createMemory(id, memoryParts)),
    gate: createGates({ db, clock, times, log, telemetry, breakerChanged }),
  });
  const ingest = createIngest({ db, clock, times, wakes, sealer });
  const threads = createThreads({ db, ingest, clock });
  const parts = { db, ingest, threads, connections, clock, times, log, owner, wakes, tracing };
  const workers = createWorkers({ ...parts, ...(options.pullEveryMs && { pullEveryMs: options.pullEveryMs }) });
  const sender = createSender(parts);
  const pruner = createPruner(parts);
  const forgetter = createForgetter({ ...parts, sealer });
  const checkAddress = createAddressCheck({ allowPrivate: options.allowPrivateHosts });
  const gateway = createGateway({ ...parts, modules, sealer, workers, checkAddress, wakeSender: () => sender.wake() });
  const { publicUrl, graphiql, allowedOrigins, pageToken, limits, introspection, trustedDocuments } = options;
  const links = createAttachmentLinks({ sealer, clock, publicUrl });
  const jwts = options.identity && jwtsOf(options.identity, options);
  const schema = meters.resolver ? measureResolvers(buildSchema(), meters.resolver, clock) : plainSchema;
  const transport = createTransport({
    ...{ schema, telemetry, db, gateway, clock, times, wakes, log, publicUrl, links, graphiql, allowedOrigins },
    ...given({ jwts, limits, introspection, trustedDocuments, initialToken: pageToken }),
  });
  const door = createWebhookDoor({ ...parts, modules });
  const hints = createHints({ db, wakes, clock, log });
  const downloads = createDownloads({ db, gateway, links, clock, log });
  const health = createHealth({ db, clock, pulse: systemClock, times });
  meters.store(() => figuresOfAllTenants(db));
  const loops = (): readonly Loop[] => [hints, sender, pruner, forgetter, ...workers.loops()];
  return {
    fetch: contained(createRoutes({ transport, door, downloads, health }), log),
    transport,
    async checkDatabase() {
      const tenants = await noticeRestore(db);
      if (tenants !== null)
        log.warn({ tenants }, 'the database is a copy or was restored: cursors from before are told to read anew');
    },
    start() {
      for (const part of [health, hints, sender, workers, pruner, forgetter]) part.start();
    },
    settle: () => settleAll(loops),
    async stop() {
      health.stop();
      const ended = Promise.all([sender.stop(), workers.stop(), pruner.stop(), forgetter.stop()]);
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
      log.error({ err: error, path: URL.parse(request.url)?.pathname }, 'a request could not be answered');
      return new Response(null, { status: 500 });
    }
  };
}

function jwtsOf(
  provider: IdentityProvider,
  { db, clock = systemClock, log = silentLog, allowPrivateHosts }: AppOptions,
): JwtLook {
  const check = createAddressCheck({ allowPrivate: allowPrivateHosts });
  return createJwts({
    ...{ provider, db, clock, log, check },
    fetch: createOutboundFetch({ allowPrivate: allowPrivateHosts }),
  });
}

function keep<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    work.then(() => resolve(), reject).finally(cancel);
  });
}

type Given<Options> = { readonly [Name in keyof Options]?: NonNullable<Options[Name]> };

/** Those of the options that are given: what is absent has a default of its own. */
function given<Options extends object>(options: Options): Given<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value)) as Given<Options>;
}
