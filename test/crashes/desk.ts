import { rm } from 'node:fs/promises';
import pg from 'pg';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import { type Loopback, serveOnLoopback } from '../../src/simulator/loopback.ts';
import { createWorld } from '../../src/simulator/world.ts';
import type { Database } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import type { Entry } from '../battery/history.ts';
import { ConnectAccountDocument, SyncAccountDocument } from '../generated/operations.ts';
import type { Operation } from '../helpers/app.ts';
import { type DatabaseKind, temporaryDirectory, testDatabase } from '../helpers/database.ts';
import { type CrashingServer, startCrashing } from './server.ts';
import type { Settings } from './server-child.ts';

/** What was written: by a guest, or by somebody of ours who asked for it to be sent. */
export interface Written {
  readonly by: 'guest' | 'host';
  readonly type: Entry['type'];
  readonly body: string;
}

/** One provider's simulator, that outlives every server, and the server of the moment. */
export interface Desk {
  readonly kind: DatabaseKind;
  readonly provider: string;
  readonly simulator: ProviderSimulator;
  readonly server: CrashingServer;
  readonly accountId: string;
  /** Where its servers keep what they know. */
  readonly store: Settings['store'];
  readonly history: readonly Written[];
  /** Starts a server on the same database. */
  start(): Promise<void>;
  /** How long each server took until it was ready, in milliseconds. */
  readonly readyAfter: readonly number[];
  note(by: Written['by'], type: Written['type'], body: string): void;
  /** Runs an operation until a server has answered it: as a caller does, who knows nothing of deaths. */
  persist<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data>;
  /** What says who asks. */
  readonly authorization: Readonly<Record<string, string>>;
  /** Any request, made again until it is answered; the path begins with a slash. */
  request(path: string, init: () => RequestInit): Promise<Response>;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Has the account looked at until that goes well: its provider may ask to wait, or fail. */
  look(): Promise<void>;
  /** Another upstream account of that provider: its credentials. */
  another(): Promise<ProviderSimulator>;
  connect(simulator: ProviderSimulator): Promise<string>;
  /** The end of what the server of the moment said. */
  lastWords(): string;
  close(): Promise<void>;
}

const AGAIN_AFTER_MS = 25;

/** Resolves when that holds. Throws where it does not come true for long. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const from = systemClock.monotonic();
  while (!(await holds())) {
    if (systemClock.monotonic() - from > withinMs) throw new Error(`it never came to that: ${what}`);
    await sleep(systemClock, AGAIN_AFTER_MS);
  }
}

/** An empty database with a token, and a server on it to which an account of that provider is connected. */
export async function openDesk(kind: DatabaseKind, provider: string): Promise<Desk> {
  const store = await createStore(kind);
  const ends: (() => Promise<unknown>)[] = [store.remove];
  const { createSimulator, platforms, crashSwitches } = await simulatorOf(provider);
  let accounts = 0;
  const simulate = async (): Promise<ProviderSimulator> => {
    const account = accounts === 0 ? 'demo' : `crash${accounts}`;
    accounts += 1;
    const world = createWorld({ seed: accounts, clock: systemClock, size: 3, ...(platforms && { platforms }) });
    const made = createSimulator({ world, clock: systemClock, switches: crashSwitches, account });
    const loopback: Loopback = await serveOnLoopback(made.fetch);
    ends.push(() => loopback.close());
    return { ...made, credentials: { ...made.credentials, ...made.addresses(loopback.url) } };
  };
  const simulator = await simulate();
  const history: Written[] = [];
  const readyAfter: number[] = [];
  let server: CrashingServer | null = null;
  const current = (): CrashingServer => {
    if (!server) throw new Error('there is no server now');
    return server;
  };
  const desk: Desk = {
    ...{ kind, provider, simulator, history, readyAfter, accountId: '', store: store.at },
    authorization: { authorization: `Bearer ${store.token}`, 'x-parley-client': 'test' },
    get server() {
      return current();
    },
    async start() {
      const from = systemClock.monotonic();
      server = await startCrashing({ store: store.at, crashAt: null });
      await until('the server is ready', async () => (await fetch(`${current().url}/readyz`)).ok);
      readyAfter.push(systemClock.monotonic() - from);
    },
    note: (by, type, body) => void history.push({ by, type, body }),
    async request(path, init) {
      for (;;) {
        const answer = server && (await ask(`${server.url}${path}`, init()));
        if (answer) return answer;
        await sleep(systemClock, AGAIN_AFTER_MS);
      }
    },
    async persist<Data>(operation: Operation<Data, unknown>, variables: unknown) {
      const body = JSON.stringify({ query: String(operation), variables });
      const headers = { 'content-type': 'application/json', ...desk.authorization };
      const answer = await desk.request('/graphql', () => ({ method: 'POST', headers, body }));
      const { data, errors } = (await answer.json()) as { data?: Data; errors?: unknown };
      if (!data || errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    query: (sql, values = []) => queryOnce(current().database, sql, values),
    look: () =>
      until('the account can be looked at', async () => {
        const { syncAccount } = await desk.persist(SyncAccountDocument, { accountId: desk.accountId });
        return syncAccount.errors.length === 0;
      }),
    another: simulate,
    async connect({ credentials }) {
      const { connectAccount } = await desk.persist(ConnectAccountDocument, { input: { provider, credentials } });
      const id = connectAccount?.account?.id;
      if (!id) throw new Error(`not connected: ${JSON.stringify(connectAccount)}`);
      return id;
    },
    lastWords: () => server?.lastWords() ?? '',
    async close() {
      await server?.kill();
      for (const end of ends.toReversed()) await end();
    },
  };
  await desk.start();
  Object.assign(desk, { accountId: await desk.connect(simulator) });
  await current().settle();
  return desk;
}

/** Null where nobody answered, or the connection broke. */
async function ask(url: string, init: RequestInit): Promise<Response | null> {
  try {
    const answer = await fetch(url, init);
    const body = await answer.arrayBuffer();
    return new Response(body.byteLength > 0 ? body : null, { status: answer.status, headers: answer.headers });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

async function queryOnce<Row extends object>(url: string, sql: string, values: readonly unknown[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function createStore(kind: DatabaseKind) {
  const givenToken = async (db: Database): Promise<string> => {
    const tenant = await ensureTenant(db, 'acme', systemClock.now());
    return createToken(db, tenant.id, { name: 'test', scopes: allScopes, now: systemClock.now() });
  };
  if (kind === 'postgres') {
    const db = await testDatabase(kind, { poolSize: 1 });
    return { at: { url: db.url, dataDir: '' }, token: await givenToken(db), remove: db.close };
  }
  const dataDir = await temporaryDirectory();
  const db = await openFromTemplate({ dataDir, clock: systemClock });
  const token = await givenToken(db);
  await db.close();
  return {
    at: { url: null, dataDir },
    token,
    remove: () => rm(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }),
  };
}

interface SimulatorFile {
  readonly createSimulator: CreateSimulator;
  readonly platforms?: readonly string[];
}

/** Switches by which a simulator does nothing by chance, and counts no requests. */
const crashSwitches = { redelivery: 0, rateLimit: null };

async function simulatorOf(provider: string) {
  const made = (await import(`../../src/providers/${provider}/simulator.ts`)) as SimulatorFile;
  return { ...made, crashSwitches };
}
