/**
 * A server for tests: the application as it is, in a process of its own, put together of parts that can be told to die at a named point.
 * Argument: `Settings` as JSON. Its parent asks over IPC; it ends with its parent.
 */
import { flushCompileCache } from 'node:module';
import { createApp } from '../../src/app.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { listen } from '../../src/listener.ts';
import { providers } from '../../src/providers/registry.ts';
import { type DatabaseOptions, openDatabase } from '../../src/store/database.ts';
import { layout } from '../../src/store/embedded/directory.ts';
import { readLock } from '../../src/store/embedded/lock-file.ts';
import { watchMigrations } from './migration-points.ts';
import { createPoints, killed } from './points.ts';
import { watchedApp, watchedDatabase, watchedModule } from './wrapping.ts';

/** What a server is started with. */
export interface Settings {
  readonly store: Pick<DatabaseOptions, 'url' | 'dataDir' | 'migrations'>;
  /** Where to die, from the very start. */
  readonly crashAt: Death | null;
}

/** Where a process dies. `withDatabase`: on the embedded store, the process that has the database open is killed with it. */
export interface Death {
  readonly point: string;
  readonly withDatabase: boolean;
}

/** What its parent may ask. */
export type Asked =
  | { readonly id: number; readonly ask: 'arm'; readonly death: Death | null }
  | { readonly id: number; readonly ask: 'passed' | 'settle' | 'stop' };

const settings: Settings = JSON.parse(process.argv[2] ?? '');

// Durations are real here, so those that a flow waits for are short. Enough is left of them for a machine that is busy.
const times = {
  ...defaultTimes,
  ...{ leaseMs: 1_000, sendLeaseMs: 2_000, sendDeadlineMs: 1_500, lookEveryMs: 500, confirmHoldMs: 800 },
  ...{
    echoFirstReadMs: 100,
    echoSpreadMs: 400,
    backOff: { base: 50, cap: 200 },
    pruneEveryMs: 1_000,
    connectWithinMs: 4_000,
  },
};
// News is asked for by the tests: what is passed is what they began.
const PULL_EVERY_MS = 60_000;

process.on('disconnect', () => process.exit());
let databasePid: number | null = null;
let death = settings.crashAt;
const points = createPoints(() => killed(...(databasePid !== null && death?.withDatabase ? [databasePid] : [])));
points.arm(death?.point ?? null);
if (settings.store.migrations !== undefined) watchMigrations(points);
const plain = await openDatabase({ ...settings.store, clock: systemClock });
if (plain.kind === 'embedded') databasePid = (await readLock(layout(settings.store.dataDir).lock))?.pid ?? null;
const db = watchedDatabase(plain, points);
const app = watchedApp(
  createApp({
    ...{ db, times, pullEveryMs: PULL_EVERY_MS, graphiql: false, allowedOrigins: [], allowPrivateHosts: true },
    providers: providers.map((module) => watchedModule(module, points)),
    sealer: createSealer({ current: new Uint8Array(32).fill(7) }),
    publicUrl: 'http://parley.test',
    log: createLog({ level: 'warn' }),
  }),
  points,
);

const answers = {
  passed: () => points.passed(),
  async settle() {
    await app.settle();
    // What a turn has just written may have woken another one.
    await app.settle();
    return null;
  },
  async stop() {
    await app.stop();
    return null;
  },
};

process.on('message', async (asked: Asked) => {
  if (asked.ask === 'arm') {
    death = asked.death;
    points.arm(death?.point ?? null);
  }
  const answer = asked.ask === 'arm' ? null : await answers[asked.ask]();
  process.send?.({ id: asked.id, answer });
});

if (settings.store.migrations === undefined) {
  await app.checkDatabase();
  const listener = await listen(app, { port: 0, host: '127.0.0.1' });
  app.start();
  process.send?.({ ready: listener.url, database: plain.url });
} else {
  process.send?.({ ready: '', database: plain.url });
}
// It is going to die before it could write that down by itself.
flushCompileCache();
