import { createServer, connect as dial, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createWakes, type Wakes } from '../../src/lib/wake.ts';
import type { Database } from '../../src/store/database.ts';
import { createHints } from '../../src/store/hints.ts';
import { postgresUrl, testDatabase } from '../helpers/database.ts';

const clock = createManualClock(new Date(0));

/** One process that passes hints on, over that database. */
async function start(db: Pick<Database, 'kind' | 'url' | 'pool'>, answerWithinMs = 500) {
  const wakes = createWakes();
  const hints = createHints({ db: db as Database, wakes, clock, log: silentLog, answerWithinMs });
  hints.start();
  onTestFinished(() => hints.stop());
  await hints.settle();
  return { wakes, hints };
}

/** A database that answers the first notice when it is let, and lets nobody listen. */
function slow() {
  const payloads: string[] = [];
  const gate = Promise.withResolvers<void>();
  const query = async (_text: string, [, payload]: readonly string[]): Promise<void> => {
    payloads.push(payload ?? '');
    await gate.promise;
  };
  const db = { kind: 'postgres', url: 'postgres://127.0.0.1:1/none', pool: { query } } as unknown as Database;
  const topics = (): readonly (readonly string[])[] => payloads.map((payload) => payload.split('\n').slice(1));
  const said = async (count: number): Promise<void> => {
    gate.resolve();
    while (topics().flat().length < count) await Promise.resolve();
  };
  return { db, payloads, topics, said };
}

const heard = (wakes: Wakes, topic: string): Promise<void> =>
  new Promise((resolve) => {
    const unlisten = wakes.listen(topic, () => {
      unlisten();
      resolve();
    });
  });

describe('a notice to the other processes', () => {
  it('holds all topics that came while the one before it was under way, each once', async () => {
    const { db, topics, said } = slow();
    const { wakes } = await start(db);
    wakes.notify('first');
    for (let i = 0; i < 100; i += 1) wakes.notify(`topic ${i % 3}`);
    await said(4);
    expect(topics()).toEqual([['first'], ['topic 0', 'topic 1', 'topic 2']]);
  });

  it('is never longer than the database takes, whatever there is to say', async () => {
    const { db, payloads, topics, said } = slow();
    const { wakes } = await start(db);
    const all = Array.from({ length: 2_000 }, (_, i) => `feed:${'é'.repeat(1 + (i % 20))}${i}`);
    for (const topic of all) wakes.notify(topic);
    await said(all.length);
    expect(topics().flat()).toEqual(all);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
  });
});

describe.skipIf(postgresUrl === null)('processes that hear each other', () => {
  const onPostgres = async () => {
    const db = await testDatabase('postgres');
    onTestFinished(() => db.close());
    return db;
  };

  it('pass on what is said at one of them, and do not hear themselves', async () => {
    const db = await onPostgres();
    const [one, other] = [await start(db), await start(db)];
    let own = 0;
    one.wakes.listen('x', () => {
      own += 1;
    });
    const there = heard(other.wakes, 'x');
    one.wakes.notify('x');
    await there;
    const back = heard(one.wakes, 'y');
    other.wakes.notify('y');
    await back;
    expect(own).toBe(1);
  });

  it('notice a line that is dead without a word, and open another', async () => {
    const db = await onPostgres();
    const proxy = await startProxy(db.url);
    const one = await start(db);
    const other = await start({ ...db, url: proxy.url }, 100);
    const there = heard(other.wakes, 'before');
    one.wakes.notify('before');
    await there;
    proxy.swallow();
    const all = heard(other.wakes, 'anything');
    one.wakes.notify('unheard');
    clock.advance(5_000);
    await other.hints.settle();
    clock.advance(1_000);
    await all;
    const again = heard(other.wakes, 'after');
    one.wakes.notify('after');
    await again;
  });
});

/** A way to the database that can be made to swallow all that goes over the connections there are. */
async function startProxy(url: string) {
  const target = new URL(url);
  const dead = new Set<Socket>();
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const to = dial(Number(target.port), target.hostname);
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(a);
      a.on('data', (bytes) => dead.has(a) || b.write(bytes));
      a.on('error', () => b.destroy());
      a.on('close', () => dead.has(a) || b.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    swallow: () => {
      for (const socket of open) dead.add(socket);
    },
  };
}
