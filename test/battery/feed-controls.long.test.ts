import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database, Transaction } from '../../src/store/database.ts';
import { appendEvents } from '../../src/store/feed.ts';
import { postgresUrl, testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';
import { createEstate } from '../store/reads-estate.ts';
import { check, type Entry } from './history.ts';

/*
 * Two ways to get a feed wrong that are not ours, beside ours: the same measure must find them out and find nothing in ours.
 */

// One session at a time cannot show it: several writers need a PostgreSQL.
describe.skipIf(postgresUrl === null)('a reader who asks for what comes after the last number', () => {
  /** What eight writers wrote, and what a reader saw who reads on from the last number meanwhile. */
  async function history(
    db: Database,
    write: (tx: Transaction) => Promise<string>,
    read: (after: bigint) => Promise<readonly string[]>,
  ): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    let writing = true;
    const writer = async (number: number): Promise<void> => {
      for (let at = 0; at < 40; at += 1) {
        const key = await db.transaction(async (tx) => {
          const number = await write(tx);
          // Whoever takes a number first does not always commit first.
          await tx.$executeRaw`SELECT pg_sleep(0.003 * random())`;
          return number;
        });
        entries.push({ t: 0, proc: `writer ${number}`, op: 'put', type: 'ok', key });
      }
    };
    const reader = async (): Promise<void> => {
      for (let last = 0n, ended = false; !ended; ) {
        const written = !writing;
        const seen = await read(last);
        for (const key of seen) entries.push({ t: 0, proc: 'reader', op: 'take', type: 'ok', key });
        last = BigInt(seen.at(-1) ?? last);
        ended = written && seen.length === 0;
      }
    };
    const reading = reader();
    await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
    writing = false;
    await reading;
    return entries;
  }

  it('of an automatic number is found to lose what was committed late, and of ours to lose nothing', async () => {
    const db = await testDatabase('postgres', { poolSize: 20 });
    onTestFinished(() => db.close());
    await db.pool.query('CREATE TABLE naive (id bigserial PRIMARY KEY)');
    const naive = await history(
      db,
      async (tx) =>
        String((await tx.$queryRaw<{ id: bigint }[]>`INSERT INTO naive DEFAULT VALUES RETURNING id`)[0]?.id),
      async (after) =>
        (await db.pool.query<{ id: string }>('SELECT id FROM naive WHERE id > $1 ORDER BY id', [after])).rows.map(
          ({ id }) => id,
        ),
    );
    const { accountId, scope } = await createEstate(db);
    const event = { type: 'AccountChanged', accountId } as const;
    const ours = await history(
      db,
      async (tx) => String(await appendEvents(tx, scope.tenantId, [event], systemClock.now())),
      async (after) =>
        (await db.pool.query<{ seq: string }>('SELECT seq FROM event WHERE seq > $1 ORDER BY seq', [after])).rows.map(
          ({ seq }) => seq,
        ),
    );
    expect(check(naive, ['reader']).lost).not.toEqual([]);
    expect(check(ours, ['reader']).lost).toEqual([]);
  });
});

describe('a subscriber who does not read', () => {
  let db: Database;
  beforeAll(async () => {
    db = await testDatabase('embedded');
  });
  afterAll(() => db.close());

  const BOUND = 1024 * 1024;
  const MESSAGES = 200;
  const LIVE = 'subscription { messageAdded { cursor message { body } } }';

  /** Has the participant write more than a system keeps for a socket; answers the most that waited in the server meanwhile. */
  async function flood(served: Served, unsent: () => number): Promise<number> {
    let most = 0;
    for (let at = 0; at < MESSAGES; at += 1) {
      await served.say(`${at} ${'x'.repeat(64 * 1024)}`);
      most = Math.max(most, unsent());
    }
    return most;
  }

  async function stalled(url: string, protocol?: string): Promise<WebSocket> {
    const socket = new WebSocket(url.replace('http', 'ws'), protocol);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return socket;
  }

  it('has little waiting in the server, which goes on from the log when there is room', async () => {
    const served = await serve(db);
    onTestFinished(() => served.close());
    const socket = await stalled(served.url, 'graphql-transport-ws');
    const hello = { type: 'connection_init', payload: { authorization: `Bearer ${served.token}` } };
    socket.send(JSON.stringify(hello));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: LIVE } }));
    while (served.transport.feeds.readers === 0) await db.pool.query('SELECT 1');
    socket.pause();
    expect(await flood(served, served.unsent)).toBeLessThan(BOUND);
    // And nothing was lost by that.
    let told = 0;
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        if (!String(data).includes('"next"')) return;
        told += 1;
        if (told === MESSAGES) resolve();
      });
    });
    socket.resume();
    await all;
  });

  it('has everything waiting in a server that pushes, and is found out', async () => {
    const served = await serve(db);
    onTestFinished(() => served.close());
    const pushing = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => pushing.close());
    await once(pushing, 'listening');
    const client = served.socket();
    onTestFinished(() => client.dispose());
    const feed = client.iterate({ query: LIVE }) as AsyncIterableIterator<ExecutionResult>;
    const push = async (): Promise<void> => {
      for await (const { data } of feed) for (const socket of pushing.clients) socket.send(JSON.stringify(data));
    };
    void push();
    const socket = await stalled(`http://127.0.0.1:${(pushing.address() as AddressInfo).port}`);
    socket.pause();
    while (served.transport.feeds.readers === 0) await db.pool.query('SELECT 1');
    const unsent = (): number => [...pushing.clients].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
    expect(await flood(served, unsent)).toBeGreaterThan(BOUND);
  });
});
