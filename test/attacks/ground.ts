import { rm } from 'node:fs/promises';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import {
  type Guests,
  startGuests,
  startWatchedServer,
  type WatchedOptions,
  type WatchedServer,
} from '../battery/soak-server.ts';
import type { Vitals } from '../battery/soak-watch.ts';
import { createPostgres, type DatabaseKind, temporaryDirectory } from '../helpers/database.ts';
import type { Site } from './attack.ts';
import { postText } from './ways-http.ts';

/** A server of its own, with providers and their guests, that is attacked. */
export interface Ground {
  readonly site: Site;
  readonly server: WatchedServer;
  /** How many rows each table has, but for those that come and go by themselves. */
  rows(): Promise<Readonly<Record<string, number>>>;
  /** What is wrong with the answer to an honest question; empty where nothing is. */
  ask(): Promise<readonly string[]>;
  vitals(): Promise<Vitals>;
  end(): Promise<void>;
}

const TOKEN = 'parley_attacked_token';
const CONVERSATIONS = 3;

/** Starts a server, connects an account and waits until everything there is stored. */
export async function startGround(kind: DatabaseKind, options: WatchedOptions = {}): Promise<Ground> {
  const ends: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse()) await one();
  };
  try {
    const store = await storeOf(kind, ends);
    const guests = await startGuests({
      seed: 1,
      conversations: CONVERSATIONS,
      messages: 3,
      writeEveryMs: 1e9,
      beginEveryMs: 1e9,
    });
    ends.push(() => guests.end());
    const server = await startWatchedServer(store, options);
    ends.push(() => server.end());
    const at = 'url' in store ? { url: store.url, dataDir: '' } : { url: null, dataDir: store.dataDir, attach: true };
    const db = await openDatabase({ ...at, clock: systemClock, poolSize: 1 });
    ends.push(() => db.close());
    const tenant = await ensureTenant(db, 'acme', systemClock.now());
    await createToken(db, tenant.id, { name: 'attacked', scopes: allScopes, now: systemClock.now(), token: TOKEN });
    const conversationId = await connectOne(server.url, guests, db);
    const site = { url: server.url, token: TOKEN, conversationId };
    const ask = () => askHonestly(site);
    return { site, server, rows: () => rowsIn(db), ask, vitals: () => server.vitals(), end };
  } catch (error) {
    await end();
    throw error;
  }
}

type Store = { readonly url: string } | { readonly dataDir: string };

async function storeOf(kind: DatabaseKind, ends: (() => unknown)[]): Promise<Store> {
  if (kind === 'postgres') {
    const { url, drop } = await createPostgres();
    ends.push(drop);
    return { url };
  }
  const dataDir = await temporaryDirectory();
  // Making an empty one takes ten times as long as copying it.
  await (await openFromTemplate({ dataDir, clock: systemClock })).close();
  ends.push(() => rm(dataDir, { recursive: true, force: true }));
  return { dataDir };
}

/** Answers the id of a conversation. */
async function connectOne(url: string, { accounts }: Guests, db: Database): Promise<string> {
  const [input] = accounts;
  const query =
    'mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { account { id } errors { message } } }';
  const site = { url, token: TOKEN, conversationId: '' };
  const { text } = await postText(site, JSON.stringify({ query, variables: { input } }));
  if (!text.includes('"errors":[]')) throw new Error(`the account was not connected: ${text}`);
  const stored = `SELECT c.id FROM conversation c JOIN account a ON a.id = c.account_id WHERE a.imported_at IS NOT NULL`;
  for (;;) {
    const { rows } = await db.pool.query<{ id: string }>(stored);
    if (rows.length >= CONVERSATIONS) return rows[0]?.id ?? '';
    await sleep(systemClock, 100);
  }
}

// What providers allow is counted in rows of its own, and laid down by whoever asks them next.
const MOVING: ReadonlySet<string> = new Set(['budget']);

async function rowsIn({ pool }: Database): Promise<Readonly<Record<string, number>>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const counting = tables
    .filter(({ name }) => !MOVING.has(name) && !name.startsWith('_'))
    .map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM "${name}"`);
  const { rows } = await pool.query<{ name: string; count: number }>(counting.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

async function askHonestly(site: Site): Promise<readonly string[]> {
  const query = 'query Honest($n: Int) { conversations(first: $n) { totalCount nodes { id } } }';
  const { statuses, text } = await postText(site, JSON.stringify({ query, variables: { n: 1 } }));
  const isRight = statuses[0] === 200 && /"data":\{"conversations":\{"totalCount":\d+,"nodes":\[\{"id":/.test(text);
  return isRight ? [] : [`an honest question afterwards was answered: ${statuses[0]} ${text.slice(0, 300)}`];
}
