import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { createHealth } from '../../src/health.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { served, testApp } from '../helpers/app.ts';

/** Status and text of an answer about health. */
async function asked(url: string, path: string): Promise<readonly [number, string]> {
  const response = await fetch(`${url}${path}`);
  return [response.status, await response.text()];
}

/** A database whose pool answers as told. */
function pretended(db: Database, answer: () => Promise<unknown>): Database {
  return { ...db, pool: { query: answer } as unknown as Database['pool'] };
}

describe('whether a server is alive', () => {
  it('is told without asking the database, and without a word', async () => {
    const t = await testApp({ idle: true });
    let asks = 0;
    const app: App = t.another({
      db: pretended(t.db, () => {
        asks += 1;
        return Promise.reject(new Error('the database is gone'));
      }),
    });
    const { url } = await served(app);
    expect(await asked(url, '/healthz')).toEqual([200, '']);
    expect(asks).toBe(0);
  });

  it('is denied for a while after nothing could run, and then no longer', async () => {
    const t = await testApp({ idle: true, times: { stallMs: 200, stallShownMs: 400 } });
    const { url } = await t.listen();
    t.app.start();
    expect(await asked(url, '/healthz')).toEqual([200, '']);
    const busyUntil = systemClock.monotonic() + 300;
    while (systemClock.monotonic() < busyUntil);
    expect(await asked(url, '/healthz')).toEqual([503, '']);
    await expect.poll(() => asked(url, '/healthz'), { timeout: 5_000, interval: 100 }).toEqual([200, '']);
  });

  it('is denied from five seconds on, for ten', () => {
    const clock = createManualClock(new Date('2026-05-01T12:00:00Z'));
    let ahead = 0;
    const pulse = { ...clock, monotonic: () => clock.monotonic() + ahead };
    const health = createHealth({ db: {} as Database, clock, pulse, times: defaultTimes });
    health.start();
    clock.advance(60_000);
    ahead += 4_900;
    clock.advance(1_000);
    expect(health.isAlive()).toBe(true);
    ahead += 5_000;
    expect(health.isAlive()).toBe(true);
    clock.advance(1_000);
    expect(health.isAlive()).toBe(false);
    clock.advance(8_900);
    expect(health.isAlive()).toBe(false);
    clock.advance(1_200);
    expect(health.isAlive()).toBe(true);
    health.stop();
  });
});

describe('whether a server is ready', () => {
  it('is denied until it works, and from the moment it is told to stop', async () => {
    const t = await testApp({ idle: true });
    const { url } = await t.listen();
    expect(await asked(url, '/readyz')).toEqual([503, '']);
    t.app.start();
    expect(await asked(url, '/readyz')).toEqual([200, '']);
    const stopped = t.app.stop();
    expect(await asked(url, '/readyz')).toEqual([503, '']);
    await stopped;
    expect(await asked(url, '/healthz')).toEqual([200, '']);
  });

  it('is denied when the database has been out of reach for more than five seconds, and not before', async () => {
    const t = await testApp({ idle: true });
    let answer = (): Promise<unknown> => Promise.resolve();
    const clock = createManualClock(t.clock.now());
    const health = createHealth({
      ...{ db: pretended(t.db, () => answer()), clock, pulse: clock, times: defaultTimes },
    });
    health.start();
    answer = () => Promise.reject(new Error('secret words of the database'));
    expect(await health.isReady()).toBe(true);
    clock.advance(5_000);
    expect(await health.isReady()).toBe(true);
    clock.advance(1);
    expect(await health.isReady()).toBe(false);
    answer = () => Promise.resolve();
    expect(await health.isReady()).toBe(true);
    answer = () => new Promise(() => undefined);
    const hanging = health.isReady();
    clock.advance(1_000);
    expect(await hanging).toBe(true);
    clock.advance(5_001);
    const stillHanging = health.isReady();
    clock.advance(1_000);
    expect(await stillHanging).toBe(false);
    health.stop();
  });

  it('stays so when a provider is down', async () => {
    const t = await testApp();
    await t.connect();
    const down = t.another({ fetch: () => Promise.reject(new Error('ECONNREFUSED')) });
    down.start();
    const { url } = await served(down);
    await t.pass(60_000);
    expect(await asked(url, '/readyz')).toEqual([200, '']);
  });
});
