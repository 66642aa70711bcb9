import { sleep, systemClock } from '../../src/lib/clock.ts';
import { createChance } from '../../src/simulator/chance.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { createPostgres } from '../helpers/database.ts';
import { type SoakLoad, startLoad } from './soak-load.ts';
import { askForMany } from './soak-operations.ts';
import { openScene, type Scene } from './soak-scene.ts';
import { type Guests, startGuests, startWatchedServer, type WatchedServer } from './soak-server.ts';
import { growthOf, judgeLoad, judgeRest, pacesOf, type Quiet, type Sample, type SoakReport } from './soak-verdict.ts';

/** A soak of that length, as long as its samples are many. */
export function soakSizeOf(loadMs: number): SoakSize {
  const sampleEveryMs = Math.min(15_000, loadMs / 20);
  return { loadMs, warmUpMs: Math.max(20_000, loadMs / 10), sampleEveryMs, documents: 1_100, conversations: 40 };
}

/** How long a soak is. */
export interface SoakSize {
  readonly loadMs: number;
  /** Of the same load before, until code is compiled and caches are full. */
  readonly warmUpMs: number;
  readonly sampleEveryMs: number;
  /** Documents that are asked for before: more than are kept of them. */
  readonly documents: number;
  /** At each provider. */
  readonly conversations: number;
}

export interface SoakOptions {
  readonly seed: number;
  /** Modules that the server loads first: a leak that is planted. */
  readonly preload?: readonly string[];
  /** Told of each sample. */
  readonly say?: (text: string) => void;
}

interface Ground {
  readonly db: Database;
  readonly server: WatchedServer;
  readonly guests: Guests;
  readonly scene: Scene;
}

const TOKEN = 'parley_soak_token';
const SETTLE_MS = 60_000;
// Objects that come and go by themselves while a server rests: its connections to the store and to providers, what is being looked at.
const SPARE_OBJECTS = 500;

/**
 * A server as `npm start` runs it, under everything that people and providers do, at a steady rate that it is far from busy with. When
 * it has warmed up its heap must not grow, nor its answers take longer; and when all have gone nothing of them may be left.
 */
export async function soak(
  { seed, preload = [], say = () => undefined }: SoakOptions,
  size: SoakSize,
): Promise<SoakReport> {
  const { url, drop } = await createPostgres();
  const db = await openDatabase({ url, dataDir: '', clock: systemClock, poolSize: 1 });
  const ends: (() => unknown)[] = [drop, () => db.close()];
  try {
    const tenant = await ensureTenant(db, 'acme', systemClock.now());
    await createToken(db, tenant.id, { name: 'soak', scopes: allScopes, now: systemClock.now(), token: TOKEN });
    const guests = await startGuests({
      ...{ seed, conversations: size.conversations, messages: 4, writeEveryMs: 1_500, beginEveryMs: 30_000 },
    });
    ends.push(() => guests.end());
    const server = await startWatchedServer({ url }, { preload });
    ends.push(() => server.end());
    await connectAll(server, guests, db, size.conversations);
    const scene = await openScene(server.url, TOKEN, createChance(seed));
    return await play({ db, server, guests, scene }, size, say);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function connectAll(
  { url }: WatchedServer,
  { accounts }: Guests,
  db: Database,
  conversations: number,
): Promise<void> {
  const { ask } = await openScene(url, TOKEN, createChance(1));
  const query = `mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { account { id } errors { message } } }`;
  for (const { provider, credentials } of accounts) {
    const answer = await ask<{ connectAccount: { account: object | null } }>(query, {
      input: { provider, credentials },
    });
    if (!answer.connectAccount.account) throw new Error(`${provider}: ${JSON.stringify(answer)}`);
  }
  const imported = `SELECT count(*)::int AS count FROM conversation c JOIN account a ON a.id = c.account_id WHERE a.imported_at IS NOT NULL`;
  while ((await countIn(db, imported)) < accounts.length * conversations) await sleep(systemClock, 250);
}

async function play(ground: Ground, size: SoakSize, say: (text: string) => void): Promise<SoakReport> {
  const { server, guests, scene } = ground;
  guests.tell(server.url);
  const warmUp = startLoad(scene);
  await askForMany(scene, size.documents);
  await sleep(systemClock, size.warmUpMs);
  await warmUp.end();
  guests.tell(null);
  const before = await rest(ground, null);
  guests.tell(server.url);
  const start = systemClock.monotonic();
  const load = startLoad(scene);
  const samples = await watch(ground, load, size, start, say);
  const lastMs = systemClock.monotonic() - start;
  await load.end();
  guests.tell(null);
  const after = await rest(ground, before);
  const paces = pacesOf(load.timings, lastMs, Math.max(5_000, size.sampleEveryMs));
  const exit = await server.end();
  const wrong = [
    ...judgeLoad(samples, paces, lastMs),
    ...judgeRest(before, after, SPARE_OBJECTS),
    ...[...load.wrong].map(([told, times]) => `${times} times: ${told}`),
    ...(exit === 0 ? [] : [`the server ended with ${exit}`]),
  ];
  const growth = (of: 'heapUsed' | 'external' | 'rss'): number => growthOf(samples, of, lastMs);
  return {
    ...{ wrong, samples, paces, begun: load.begun },
    growth: { heapUsed: growth('heapUsed'), external: growth('external'), rss: growth('rss') },
  };
}

/** Looks at the server every so often for as long as the load is to be. */
async function watch(
  ground: Ground,
  load: SoakLoad,
  { loadMs, sampleEveryMs }: SoakSize,
  start: number,
  say: (text: string) => void,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (let at = sampleEveryMs; at <= loadMs; at += sampleEveryMs) {
    await sleep(systemClock, start + at - systemClock.monotonic());
    load.disturb();
    const { objects, ...vitals } = await look(ground, false);
    load.disturb();
    const sample = { at: systemClock.monotonic() - start, ...vitals };
    samples.push(sample);
    say(lineOf(sample));
  }
  return samples;
}

function lineOf({
  at,
  heapUsed,
  external,
  rss,
  lateMs,
  sockets,
  subscriptions,
  connections,
  resources,
}: Sample): string {
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const kinds = Object.entries(resources).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${(at / 1000).toFixed(0)} s: heap ${mb(heapUsed)} external ${mb(external)} rss ${mb(rss)} MB, late ${lateMs.toFixed(1)} ms`,
    `${sockets} sockets, ${subscriptions} subscriptions, ${connections} connections; ${kinds.join(', ')}`,
  ].join('; ');
}

async function look({ server, db }: Ground, objects: boolean): Promise<Quiet & Omit<Sample, 'at'>> {
  const vitals = await server.vitals(objects);
  const connections = await countIn(
    db,
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  const figure = async (name: string): Promise<number> => server.figure(name);
  return {
    ...{ ...vitals, connections },
    ...{ sockets: await figure('parley_sockets'), subscriptions: await figure('parley_subscriptions') },
  };
}

/** How the server is when nothing is asked of it any more: as soon as it is as before, or when it has had its time. */
async function rest(ground: Ground, before: Quiet | null): Promise<Quiet> {
  const end = systemClock.monotonic() + (before ? SETTLE_MS : 15_000);
  for (;;) {
    const quiet = await look(ground, true);
    const isAsBefore = before !== null && judgeRest(before, quiet, SPARE_OBJECTS).length === 0;
    if (isAsBefore || systemClock.monotonic() > end) return quiet;
    await sleep(systemClock, 2_000);
  }
}

async function countIn({ pool }: Database, query: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(query);
  return rows[0]?.count ?? 0;
}
