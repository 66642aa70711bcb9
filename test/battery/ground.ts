import { rm } from 'node:fs/promises';
import { type Clock, sleep, systemClock } from '../../src/lib/clock.ts';
import { type Chance, createChance } from '../../src/simulator/chance.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatorFetch } from '../../src/simulator/host.ts';
import { serveOnLoopback } from '../../src/simulator/loopback.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { createPostgres, type DatabaseKind, temporaryDirectory } from '../helpers/database.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Variant } from './variants.ts';
import { serveOnWire } from './wire.ts';
import { createWitness, isConfirm, type Witness } from './witness.ts';

/** What a history is played on: servers in processes of their own, a provider in this one, and the database between them. */
export interface Ground {
  readonly fleet: Fleet;
  readonly simulator: ProviderSimulator;
  readonly chance: Chance;
  /** How the provider's queue was acknowledged. */
  readonly acknowledged: Witness['journal'];
  /** Has a share of the provider's answers go wrong, until it is 0 again. */
  trouble(share: number, faults: readonly Fault[]): void;
  /** Runs an operation at any server, at another one where it has gone, until one answers. */
  ask<Data>(query: string, variables?: object): Promise<Data>;
  /** Rows of the database. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Resolves when every send was tried once. */
  sendsTried(): Promise<void>;
  /** Resolves when no send is under way any more. */
  sendsEnd(): Promise<void>;
  /** Resolves when that holds; rejects when it does not within so many seconds. */
  until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export interface GroundOptions {
  readonly kind: DatabaseKind;
  readonly seed: number;
  readonly servers: number;
  readonly conversations: number;
  readonly switches?: object;
  readonly variant?: Variant | null;
  /** Absent: the one that acknowledges by count, and so forgives least. */
  readonly provider?: string;
}

const FORGIVES_LEAST = 'bookingcom-connectivity';
/** The token of whoever plays. */
export const TOKEN = 'parley_battery_token';
const LONG_AGO_MS = 3_600_000;
// What the provider does within minutes it does here within seconds.
const HASTE = 50;

/** Opens a database, starts the servers and connects an account with empty conversations. */
export async function openGround(options: GroundOptions): Promise<Ground> {
  const chance = createChance(options.seed);
  const place = await openPlace(options.kind);
  const simulator = await simulatorOf(options);
  const air = trouble(simulator, chance);
  const witness = createWitness(air.fetch, (bodies) => storedAmong(place, bodies));
  const loopback = await serveOnLoopback(witness.fetch);
  const wire = await serveOnWire(loopback, chance);
  const settings = { ...place.settings, variant: options.variant ?? null, seed: options.seed };
  const fleet = await startFleet(options.servers, settings, chance);
  const ask: Ground['ask'] = (query, variables) => askAnyone(fleet, query, variables);
  const credentials = { ...simulator.credentials, ...simulator.addresses(wire.url) };
  const connected = await ask<{ connectAccount: { account: object | null; errors: readonly object[] } }>(CONNECT, {
    input: { provider: options.provider ?? FORGIVES_LEAST, credentials },
  });
  if (!connected.connectAccount.account) throw new Error(JSON.stringify(connected));
  const ground: Ground = {
    ...{ fleet, simulator, chance, ask, sql: place.sql, acknowledged: witness.journal },
    trouble(share, among) {
      air.set(share, among);
      wire.cut(share / 4);
      fleet.lose(share / 4);
    },
    async until(what, seconds, holds) {
      const end = systemClock.monotonic() + seconds * 1000;
      while (!(await holds())) {
        if (systemClock.monotonic() > end) throw new Error(`after ${seconds} s it has not come to this: ${what}`);
        await sleep(systemClock, 100);
      }
    },
    sendsTried: () => ground.until('every send was tried', 300, async () => (await count(place, UNTRIED)) === 0),
    sendsEnd: () => ground.until('every send has come to an end', 120, async () => (await count(place, OPEN)) === 0),
    async close() {
      await fleet.end();
      await wire.close();
      await loopback.close();
      await place.close();
    },
  };
  await ground.until('all conversations are there', 60, async () => {
    const [row] = await place.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM conversation c JOIN account a ON a.id = c.account_id WHERE a.imported_at IS NOT NULL',
    );
    return row?.count === options.conversations;
  });
  return ground;
}

const CONNECT = `mutation ($input: ConnectAccountInput!) {
  connectAccount(input: $input) { account { id } errors { code message } }
}`;

const UNTRIED = 'SELECT count(*)::int AS count FROM outbox WHERE attempts_made = 0';
const OPEN = `SELECT count(*)::int AS count FROM outbox WHERE state IN ('QUEUED', 'SENDING', 'UNKNOWN')`;

async function count({ sql }: Place, query: string): Promise<number> {
  const [row] = await sql<{ count: number }>(query);
  return row?.count ?? 0;
}

async function simulatorOf(options: GroundOptions): Promise<ProviderSimulator> {
  const { seed, conversations, switches = {}, provider = FORGIVES_LEAST } = options;
  const clock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / HASTE, run) };
  const { createSimulator, platforms } = (await import(`../../src/providers/${provider}/simulator.ts`)) as {
    createSimulator: CreateSimulator;
    platforms?: readonly string[];
  };
  const world = createWorld({ seed, clock, size: 0, ...(platforms && { platforms }) });
  const simulator = createSimulator({ world, clock, switches: { ...own[provider], ...switches } });
  const createdAt = new Date(systemClock.now().getTime() - LONG_AGO_MS);
  for (let at = 0; at < conversations; at += 1) simulator.addConversation({ createdAt, messages: 1 });
  return simulator;
}

// More requests than an hour has, times as fine as the order that is held to, and nobody who answers unasked.
const own: Readonly<Record<string, object>> = {
  bookingsync: { rateLimit: 1_000_000 },
  lavanda: { timePrecision: 'millisecond' },
};

/** A provider's host, some of whose answers go wrong. */
function trouble(simulator: ProviderSimulator, chance: Chance) {
  let share = 0;
  let faults: readonly Fault[] = [];
  const fetch: SimulatorFetch = (input, init) => {
    const request = new Request(input, init);
    // A confirm whose answer is lost is what all depends on, and there are few of them.
    const often = isConfirm(request) ? Math.min(1, 3 * share) : share;
    if (chance.happens(often)) simulator.faults.next(chance.pick(faults));
    return simulator.fetch(request);
  };
  return {
    fetch,
    set(of: number, among: readonly Fault[]): void {
      share = of;
      faults = among;
      if (of === 0) simulator.faults.clear();
    },
  };
}

async function storedAmong({ sql }: Place, bodies: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ body: string }>('SELECT DISTINCT body FROM message WHERE body = ANY($1)', [bodies]);
  return rows.map(({ body }) => body);
}

async function askAnyone<Data>(fleet: Fleet, query: string, variables: object = {}): Promise<Data> {
  for (let tries = 0; tries < 2_400; tries += 1) {
    try {
      const answer = await fetch(`${fleet.any()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await answer.json()) as { data?: Data; errors?: readonly { message: string }[] };
      if (data && !errors) return data;
      // Said clearly, and no server has gone: the driver is wrong.
      if (answer.status < 500 && !errors?.some(({ message }) => message === 'Internal server error'))
        throw new TypeError(JSON.stringify(errors));
    } catch (error) {
      if (error instanceof TypeError && error.message !== 'fetch failed' && error.message !== 'terminated') throw error;
    }
    await sleep(systemClock, 50);
  }
  throw new Error('no server has answered for two minutes');
}

interface Place {
  readonly settings: { readonly databaseUrl: string | null; readonly dataDir: string };
  readonly sql: Ground['sql'];
  close(): Promise<void>;
}

async function openPlace(kind: DatabaseKind): Promise<Place> {
  const dataDir = await temporaryDirectory();
  // The database of a server that was killed may still be writing its last.
  const forget = (): Promise<void> => rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  if (kind === 'embedded') {
    const db = await openFromTemplate({ dataDir, clock: systemClock });
    await admit(db);
    await db.close();
    return { settings: { databaseUrl: null, dataDir }, sql: attaching(dataDir), close: forget };
  }
  const { url, drop } = await createPostgres();
  const db = await openDatabase({ url, dataDir, clock: systemClock, poolSize: 2 });
  await admit(db);
  return {
    settings: { databaseUrl: url, dataDir },
    sql: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await db.pool.query(text, [...values])).rows as Row[],
    async close() {
      await db.close();
      await drop();
      await forget();
    },
  };
}

async function admit(db: Database): Promise<void> {
  const now = systemClock.now();
  const tenant = await ensureTenant(db, 'acme', now);
  await createToken(db, tenant.id, { name: 'battery', scopes: allScopes, now, token: TOKEN });
}

/** Through the server's own socket while it lives, and opened here while it does not. */
function attaching(dataDir: string): Ground['sql'] {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    for (let tries = 0; ; tries += 1) {
      const db = await openDatabase({
        url: null,
        dataDir,
        clock: systemClock,
        attach: true,
        onLost: () => undefined,
      }).catch((error: unknown) => {
        if (tries === 20) throw error;
      });
      const rows = await db?.pool.query(text, [...values]).then(
        (result) => result.rows as Row[],
        () => null,
      );
      await db?.close().catch(() => undefined);
      if (rows) return rows;
      await sleep(systemClock, 250);
    }
  };
}
