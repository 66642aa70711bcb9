import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { afterAll, onTestFinished } from 'vitest';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { defaultTimes, type Times } from '../../src/domain/times.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { type Listener, listen } from '../../src/listener.ts';
import { providers } from '../../src/providers/registry.ts';
import type { ProviderSimulator } from '../../src/simulator/contract.ts';
import type { Database } from '../../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { ConnectAccountDocument } from '../generated/operations.ts';
import { createSharedClock, type SharedClock } from './clock.ts';
import { type DatabaseKind, testDatabase } from './database.ts';
import { createEstates, type Estates } from './estates.ts';

/** What an operation answered. */
export interface Answer<Data> {
  /** Empty where the answer had none. */
  readonly data: Data;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly status: number;
  /** The answer as it came, but for what it cost, which is another each time. */
  readonly text: string;
}

/** An operation as code generation types it. */
export type Operation<Data, Variables> = DocumentTypeDecoration<Data, Variables>;

/** What the tests' systems seal with. */
export const testSealer = createSealer({ current: new Uint8Array(32).fill(7) });

/** The whole system in process: real store, real schema, simulated providers, and a clock in our hand. */
export interface TestApp {
  readonly app: App;
  readonly db: Database;
  readonly clock: SharedClock;
  readonly token: string;
  /** The simulator of the provider named, of the one that the test is about where none is. */
  simulator(provider?: string): ProviderSimulator;
  /** One more upstream account of that provider: another estate, reached by its own base URL. */
  secondSimulator(size?: number, provider?: string): Promise<ProviderSimulator>;
  /** Runs a typed operation by HTTP, as this app's own token or another. */
  gql<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables?: Variables,
    token?: string,
  ): Promise<Answer<Data>>;
  /** Runs an operation that no file types, its answer taken for what the caller says. */
  ask<Data>(operation: string, variables?: object, token?: string): Promise<Answer<Data>>;
  /** A request as it is. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /**
   * Connects an account through the API and lets the first import end. Answers its id. A provider's name connects the account of its
   * simulator; credentials are those of an account at the provider that the test is about.
   */
  connect(account?: string | object, token?: string): Promise<string>;
  /** A token of a tenant, made where it is missing. */
  tokenFor(tenant: string, scopes?: readonly string[]): Promise<string>;
  /** One more process of the same system: same database, same providers. Not started. */
  another(options?: Partial<AppOptions>): App;
  /** Serves it on a port of its own, sockets included; it is closed with the test. */
  listen(): Promise<Listener>;
  /** Lets everything that is at hand be done. */
  settle(): Promise<void>;
  /** Moves time, then lets everything that fell due be done. */
  pass(ms: number): Promise<void>;
}

export interface TestAppOptions {
  readonly kind?: DatabaseKind;
  /** The provider that the test is about: the estate is as it sees it. Absent: the registry's first. */
  readonly provider?: string;
  /** Conversations of the simulated estate; none by default. */
  readonly size?: number;
  readonly times?: Partial<Times>;
  /** Of the simulators. */
  readonly switches?: object;
  readonly app?: Partial<AppOptions>;
  /** Loops are started unless told otherwise. */
  readonly idle?: boolean;
}

/** Starts a system for one test and ends it with the test. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const db = await emptyDatabase(options.kind ?? 'embedded');
  const clock = await createSharedClock(db);
  const { size = 0, switches = {}, provider } = options;
  const estates = await createEstates(clock, { size, switches, ...(provider && { provider }) });
  const another = (more: Partial<AppOptions> = {}): App =>
    ending(createApp({ ...defaults(db, clock, estates, options), ...more }), clock);
  const app = another();
  const tokenFor = async (name: string, scopes: readonly string[] = allScopes): Promise<string> => {
    const tenant = await ensureTenant(db, name, clock.now());
    return createToken(db, tenant.id, { name: 'test', scopes, now: clock.now() });
  };
  const token = await tokenFor('acme');
  const ask: TestApp['ask'] = (operation, variables, as = token) => run(app, operation, variables, as);
  const gql: TestApp['gql'] = (operation, variables, as = token) => run(app, String(operation), variables, as);
  if (!options.idle) app.start();
  const settle = async (): Promise<void> => {
    await app.settle();
    // What a turn has just written may have woken another one.
    await app.settle();
  };
  return {
    ...{ app, db, clock, token, ask, gql, tokenFor, another, settle },
    simulator: estates.of,
    secondSimulator: estates.second,
    post: (body, headers) => app.fetch(requestOf(body, { authorization: `Bearer ${token}`, ...headers })),
    async connect(account = estates.provider, as = token) {
      const input =
        typeof account === 'string'
          ? { provider: account, credentials: estates.of(account).credentials }
          : { provider: estates.provider, credentials: account };
      const { data, errors } = await gql(ConnectAccountDocument, { input }, as);
      const id = data.connectAccount?.account?.id;
      if (!id) throw new Error(`not connected: ${JSON.stringify({ data, errors })}`);
      await settle();
      return id;
    },
    listen: () => served(app),
    async pass(ms) {
      await settle();
      await clock.pass(ms);
      await settle();
    },
  } satisfies TestApp;
}

function defaults(db: Database, clock: SharedClock, estates: Estates, options: TestAppOptions): AppOptions {
  return {
    ...{ db, providers, clock, publicUrl: 'http://parley.test', graphiql: true, allowedOrigins: [] },
    sealer: testSealer,
    allowPrivateHosts: true,
    // No waits between retries: time stands still in tests.
    times: { ...defaultTimes, readRetry: { retries: 2, baseMs: 0 }, ...options.times },
    fetch: (url, init) => estates.fetch(url, init),
    ...options.app,
  };
}

/** Ends an app with its test, also where a provider has left it hanging. */
function ending(app: App, clock: SharedClock): App {
  onTestFinished(async () => {
    const stopped = app.stop();
    clock.advance(2 * defaultTimes.sendDeadlineMs);
    await stopped;
    // Moved time has cut the drain short.
    await app.settle();
  });
  return app;
}

/** Serves a system on a port of its own, sockets included; it is closed with the test. */
export async function served(app: App): Promise<Listener> {
  const listener = await listen(app, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => listener.close());
  return listener;
}

/** Runs an operation at that process, by HTTP. */
export async function run<Data>(app: App, query: string, variables: unknown, token: string): Promise<Answer<Data>> {
  const response = await app.fetch(
    requestOf(JSON.stringify({ query, variables }), { authorization: `Bearer ${token}` }),
  );
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as Partial<Answer<Data>>;
  const told = text.replace(/,"extensions":\{"cost":\{[^}]*\}\}/, '');
  return { data: data ?? ({} as Data), errors: errors ?? [], status: response.status, text: told };
}

function requestOf(body: string, headers: Readonly<Record<string, string>>): Request {
  return new Request('http://parley.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

// One database for all tests of a file, emptied for each: opening one costs more than a test.
const databases = new Map<DatabaseKind, Promise<Database>>();
afterAll(async () => {
  for (const db of databases.values()) await (await db).close();
  databases.clear();
});

async function emptyDatabase(kind: DatabaseKind): Promise<Database> {
  const opened = databases.get(kind);
  const opening = opened ?? testDatabase(kind);
  databases.set(kind, opening);
  const db = await opening;
  if (opened) await db.pool.query('TRUNCATE tenant, budget CASCADE');
  return db;
}
