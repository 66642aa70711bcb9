import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { onTestFinished } from 'vitest';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { defaultTimes, type Times } from '../../src/domain/times.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { providers } from '../../src/providers/registry.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';
import type { Database } from '../../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { createSharedClock, type SharedClock } from './clock.ts';
import { testDatabase } from './database.ts';

/** What an operation answered. */
export interface Answer<Data = Record<string, unknown>> {
  readonly data: Data;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions: Record<string, unknown>;
  }[];
}

/** The whole system in process: real store, real schema, simulated providers, and a clock in our hand. */
export interface TestApp {
  readonly app: App;
  readonly db: Database;
  readonly clock: SharedClock;
  readonly token: string;
  /** Simulators by provider. */
  readonly simulators: ReadonlyMap<string, ProviderSimulator>;
  /** The simulator of the provider named, Lavanda's where none is. */
  simulator(provider?: string): ProviderSimulator;
  /** Runs an operation by HTTP, as this app's own token or another. `data` is empty where the answer had none. */
  gql<Data = Record<string, any>>(
    document: string | TypedDocumentNode<Data, any>,
    variables?: object,
    token?: string,
  ): Promise<Answer<Data>>;
  /** Connects an account through the API and lets the first import end. Answers its id. */
  connect(provider?: string, credentials?: object): Promise<string>;
  /** A token of a tenant, made where it is missing. */
  tokenFor(tenant: string, scopes?: readonly string[]): Promise<string>;
  /** Lets everything that is at hand be done. */
  settle(): Promise<void>;
  /** Moves time, then lets everything that fell due be done. */
  pass(ms: number): Promise<void>;
}

export interface TestAppOptions {
  readonly kind?: 'embedded' | 'postgres';
  /** Conversations of the simulated estate; none by default. */
  readonly size?: number;
  readonly times?: Partial<Times>;
  readonly switches?: object;
  readonly app?: Partial<AppOptions>;
  /** Loops are started unless told otherwise. */
  readonly idle?: boolean;
}

/** Starts a system for one test and ends it with the test. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const db = await testDatabase(options.kind ?? 'embedded');
  const clock = await createSharedClock(db);
  const simulators = await simulate(clock, options);
  // No waits between retries: time stands still in tests.
  const times = { ...defaultTimes, readRetry: { retries: 2, baseMs: 0 }, ...options.times };
  const app = createApp({
    ...{ db, providers, clock, times, publicUrl: 'http://parley.test', graphiql: true, allowedOrigins: [] },
    sealer: createSealer({ current: new Uint8Array(32).fill(7) }),
    allowPrivateHosts: true,
    fetch: (url, init) => route(simulators, url, init),
    ...options.app,
  });
  onTestFinished(() => app.stop());
  const tokenFor = async (name: string, scopes: readonly string[] = allScopes): Promise<string> => {
    const tenant = await ensureTenant(db, name, clock.now());
    return createToken(db, tenant.id, { name: 'test', scopes, now: clock.now() });
  };
  const token = await tokenFor('acme');
  const simulator = (provider = 'lavanda'): ProviderSimulator => {
    const found = simulators.get(provider);
    if (!found) throw new Error(`no simulator of ${provider}`);
    return found;
  };
  const gql: TestApp['gql'] = (document, variables, as = token) => ask(app, document, variables, as);
  if (!options.idle) app.start();
  return {
    ...{ app, db, clock, token, simulators, simulator, gql, tokenFor },
    settle: () => app.settle(),
    async pass(ms) {
      await app.settle();
      await clock.pass(ms);
      await app.settle();
    },
    async connect(provider = 'lavanda', credentials = simulator(provider).credentials) {
      const { data, errors } = await gql<any>(connectDocument, { input: { provider, credentials } });
      const id = data.connectAccount?.account?.id;
      if (!id) throw new Error(`not connected: ${JSON.stringify({ data, errors })}`);
      await app.settle();
      return id;
    },
  };
}

const connectDocument = /* GraphQL */ `
  mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { account { id } errors { code message path } } }
`;

async function ask<Data>(
  app: App,
  document: string | TypedDocumentNode<Data, any>,
  variables: object | undefined,
  token: string,
): Promise<Answer<Data>> {
  const query = typeof document === 'string' ? document : print(document);
  const response = await app.fetch(
    new Request('http://parley.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    }),
  );
  const { data, errors } = (await response.json()) as Partial<Answer<Data>>;
  return { data: data ?? ({} as Data), errors: errors ?? [] };
}

async function simulate(clock: SharedClock, options: TestAppOptions): Promise<Map<string, ProviderSimulator>> {
  const world = createWorld({ seed: 1, clock, size: options.size ?? 0 });
  const simulators = new Map<string, ProviderSimulator>();
  for (const { id } of providers) {
    const { createSimulator } = (await import(`../../src/providers/${id}/simulator.ts`)) as {
      createSimulator: CreateSimulator;
    };
    simulators.set(id, createSimulator({ world, clock, switches: options.switches ?? {} }));
  }
  return simulators;
}

/** Each simulator answers for its own host, as the real ones do. */
async function route(
  simulators: ReadonlyMap<string, ProviderSimulator>,
  url: string,
  init: RequestInit,
): Promise<Response> {
  for (const simulator of simulators.values()) if (url.startsWith(simulator.baseUrl)) return simulator.fetch(url, init);
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }) });
}
