/*
 * A server as `npm start` runs it, in a process that may be killed at any moment, with shortened times. One argument: its settings as JSON.
 * Prints its address when it listens.
 */
import { createInterface } from 'node:readline';
import { createApp } from '../../src/app.ts';
import { noLimits } from '../../src/domain/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { listen } from '../../src/listener.ts';
import { providers } from '../../src/providers/registry.ts';
import { openDatabase } from '../../src/store/database.ts';
import { hurried, PULL_EVERY_MS } from './pace.ts';
import { type Variant, variants } from './variants.ts';
import { createWay } from './way.ts';

/** What a server is told. */
export interface ServerSettings {
  /** Null: the embedded store in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** A known fault to be built in; null: none. */
  readonly variant: Variant | null;
  readonly seed: number;
  /** How many of its requests to providers do not find their way, until it is told otherwise. */
  readonly lost: number;
}

const { databaseUrl, dataDir, variant, seed, lost } = JSON.parse(process.argv[2] ?? '{}') as ServerSettings;
const db = await openDatabase({ url: databaseUrl, dataDir, clock: systemClock });
const quick = providers.map((module) => ({ ...module, limits: { ...module.limits, minGapMs: 20 } }));
const way = createWay(seed, lost);
const app = createApp({
  ...{
    db,
    fetch: way.fetch,
    times: hurried,
    pullEveryMs: PULL_EVERY_MS,
    log: createLog({ level: 'error', destination: process.stderr }),
  },
  providers: variant ? quick.map(variants[variant]) : quick,
  sealer: createSealer({ current: new Uint8Array(32).fill(7) }),
  ...{
    publicUrl: 'http://parley.test',
    graphiql: false,
    allowedOrigins: [],
    allowPrivateHosts: true,
    limits: noLimits,
  },
});
const listener = await listen(app, { port: 0, host: '127.0.0.1' });
app.start();
process.stdout.write(`${listener.url}\n`);
// It ends with its parent, however that ends.
createInterface({ input: process.stdin })
  .on('line', (share) => way.lose(Number(share)))
  .once('close', () => process.exit());
