import { parseArgs } from 'node:util';
import type pg from 'pg';
import { createSealer } from '../src/lib/seal.ts';
import { stopChildren } from './child.ts';
import { createScratchDatabase } from './database.ts';
import { busy, quiet, storeEstate } from './estate.ts';
import { inTable, inWords, type Row } from './report.ts';
import { apolloRows } from './rows/apollo.ts';
import { fanOutRows } from './rows/fan-out.ts';
import { inboxRows } from './rows/inbox.ts';
import { ingestRows } from './rows/ingest.ts';
import { liveRows } from './rows/live.ts';
import { memoryRows } from './rows/memory.ts';
import { replayRows } from './rows/replay.ts';
import { sendRows } from './rows/send.ts';
import { stalledRows } from './rows/stalled.ts';
import { benchKey } from './secret.ts';

/** What rows are measured on. */
export interface Bench {
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  /** More options of Node's for our own server, such as `--cpu-prof`. */
  readonly node: readonly string[];
}

const measures: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]>>> = {
  inbox: inboxRows,
  apollo: apolloRows,
  'fan-out': fanOutRows,
  live: liveRows,
  stalled: stalledRows,
  replay: replayRows,
  memory: memoryRows,
  ingest: ingestRows,
  send: sendRows,
};

const usage = `usage: npm run bench -- [--only NAME[,NAME]] [--node OPTIONS]
rows: ${Object.keys(measures).join(' ')}`;

const { only, node } = parseArgs({
  options: { only: { type: 'string' }, node: { type: 'string', default: '' } },
}).values;
const chosen = only?.split(',') ?? Object.keys(measures);
if (chosen.some((name) => !Object.hasOwn(measures, name))) {
  console.error(usage);
  process.exit(2);
}

const start = performance.now();
const database = await createScratchDatabase();
const rows: Row[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await stopChildren();
    await database.drop();
    process.exit(130);
  });
try {
  await storeAll();
  for (const name of chosen) await measure(name);
} finally {
  await database.drop();
}
console.log(`\n${inTable(rows)}\n\n${rows.length} rows in ${Math.round((performance.now() - start) / 1000)} s`);

async function storeAll(): Promise<void> {
  const sealer = createSealer({ current: benchKey });
  for (const estate of [quiet, busy])
    await storeEstate(database.pool, estate, sealer.seal('{}', `account:${estate.accountId}:credentials`));
}

/** A row that cannot be measured takes nothing from the others, and fails the run. */
async function measure(name: string): Promise<void> {
  const bench: Bench = { databaseUrl: database.url, pool: database.pool, node: node.split(' ').filter(Boolean) };
  try {
    for (const row of (await measures[name]?.(bench)) ?? []) {
      rows.push(row);
      console.log(`\n${inWords(row)}`);
    }
  } catch (error) {
    console.error(`\n${name} could not be measured\n`, error);
    process.exitCode = 1;
  } finally {
    await stopChildren();
  }
}
