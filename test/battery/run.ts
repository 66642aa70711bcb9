import { parseArgs } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import { providers } from '../../src/providers/registry.ts';
import { createChance } from '../../src/simulator/chance.ts';
import { dieEverywhere, dieMigratingEverywhere, type Tried } from '../crashes/everywhere.ts';
import { type DatabaseKind, databaseKinds, postgresUrl } from '../helpers/database.ts';
import { attackRows } from './attack-rows.ts';
import { type Findings, nothingWrong } from './history.ts';
import { idempotencyHistory } from './idempotency.ts';
import { ingestHistory } from './ingest.ts';
import { resumeHistory } from './resume.ts';
import { sendsHistory } from './sends.ts';
import { soak, soakSizeOf } from './soak.ts';
import { figuresOfSoak } from './soak-verdict.ts';

/*
 * Every history at its full size, one after the other. `npm run battery -- sends` plays those whose names hold that word, and `--scale 0.1`
 * a tenth of each. `SEED=… npm run battery` draws the same troubles again. The soak takes half an hour for itself, and is played only where it
 * is named: `npm run battery -- soak`.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' } },
});
const scale = Number(values.scale);
const seed = Number(process.env['SEED'] ?? createChance(systemClock.now().getTime()).between(1, 1_000_000));
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const of = (full: number): number => Math.max(1, Math.round(full * scale));

/** What a history came to: its findings, and figures to be read. */
interface Outcome {
  readonly findings: Findings;
  readonly figures?: object;
  /** More that must be empty: answers, or places where a server died. */
  readonly wrong?: readonly string[];
}

interface Row {
  readonly name: string;
  /** It is left out unless its name is asked for. */
  readonly onlyNamed?: true;
  play(): Promise<Outcome>;
}

const MINUTE_MS = 60_000;
const TROUBLED = 0.12;
const base = { kind: 'postgres' as DatabaseKind, servers: 3, seed, conversations: 80 };
const embedded = { ...base, kind: 'embedded' as DatabaseKind, servers: 1, conversations: 40 };
// What counts from the head of its queue forgives least, so it has the largest part.
const parts = providers.map(({ id }) => ({ provider: id, part: id === 'bookingcom-connectivity' ? 0.4 : 0.2 }));

const rows: readonly Row[] = [
  ...parts.map(({ provider, part }) => ({
    name: `ingest, ${provider}: ${of(20_000 * part)} messages, ${of(100 * part)} kills`,
    play: async () => ({
      findings: await ingestHistory(
        { ...base, provider },
        { messages: of(20_000 * part), kills: of(100 * part), troubled: TROUBLED },
      ),
    }),
  })),
  ...parts.map(({ provider, part }) => ({
    name: `sends, ${provider}: ${of(5_000 * part)}, ${of(100 * part)} kills`,
    async play() {
      const size = { sends: of(5_000 * part), kills: of(100 * part), troubled: TROUBLED };
      const { findings, ...figures } = await sendsHistory({ ...base, provider }, size);
      return { findings, figures };
    },
  })),
  {
    name: `idempotency: ${of(1_000)} keys, 20 copies of each`,
    async play() {
      const { findings, unlike, reused } = await idempotencyHistory(base, { keys: of(1_000), copies: 20 });
      return { findings, wrong: [...unlike, ...reused] };
    },
  },
  {
    name: `resume: ${of(200)} subscribers, 50 disconnects of each`,
    play: async () => ({
      findings: await resumeHistory(base, {
        ...{ messages: of(4_000), subscribers: of(200), disconnects: 50, kills: of(20) },
      }),
    }),
  },
  {
    name: `ingest, embedded: ${of(3_000)} messages, ${of(25)} kills`,
    play: async () => ({
      findings: await ingestHistory(
        { ...embedded, provider: 'bookingcom-connectivity' },
        { messages: of(3_000), kills: of(25), troubled: TROUBLED },
      ),
    }),
  },
  {
    name: `sends, embedded: ${of(1_000)}, ${of(25)} kills`,
    async play() {
      const size = { sends: of(1_000), kills: of(25), troubled: TROUBLED };
      const { findings, ...figures } = await sendsHistory({ ...embedded, provider: 'bookingcom-connectivity' }, size);
      return { findings, figures };
    },
  },
  ...databaseKinds.map((kind) => ({
    name: `deaths at every named point, ${kind}`,
    async play() {
      const all: Tried[] = [];
      await dieEverywhere(kind, of(1), (tried) => void all.push(tried));
      await dieMigratingEverywhere(kind, (tried) => void all.push(tried));
      const wrong = all.flatMap(({ error, when, point }) => (error === null ? [] : [`${when}, ${point}: ${error}`]));
      return { findings: nothingWrong, wrong, figures: { deaths: all.length } };
    },
  })),
  ...attackRows(seed, of),
  {
    name: `soak: ${(30 * scale).toFixed(1)} minutes`,
    onlyNamed: true,
    async play() {
      const { wrong, ...report } = await soak({ seed, say }, soakSizeOf(30 * MINUTE_MS * scale));
      return { findings: nothingWrong, wrong, figures: figuresOfSoak(report) };
    },
  },
  {
    name: 'leak: a server that keeps what it was asked is found out within 3 minutes',
    onlyNamed: true,
    async play() {
      const { wrong } = await soak({ seed, say, preload: ['./soak-leak.ts'] }, soakSizeOf(3 * MINUTE_MS));
      const isFound = wrong.some((one) => one.includes('the heap grows'));
      return { findings: nothingWrong, wrong: isFound ? [] : ['the leak was not found'], figures: { wrong } };
    },
  },
];

let passed = 0;
let failed = 0;
if (postgresUrl === null) {
  say('TEST_DATABASE_URL names no PostgreSQL to play on');
  process.exit(1);
}
say(`SEED=${seed}`);
const wanted = rows.filter(
  ({ name, onlyNamed }) => positionals.every((word) => name.includes(word)) && !(onlyNamed && positionals.length === 0),
);
for (const { name, play } of wanted) {
  const start = systemClock.monotonic();
  const outcome = await play().catch((error: unknown) => error);
  const seconds = `${((systemClock.monotonic() - start) / 1000).toFixed(0)} s`;
  const problems = outcome instanceof Error ? [outcome.stack ?? outcome.message] : problemsOf(outcome as Outcome);
  if (problems.length === 0) passed += 1;
  else failed += 1;
  say(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds}${figuresOf(outcome as Outcome)}`);
  for (const problem of problems.slice(0, 20)) say(`        ${problem}`);
}
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

function problemsOf({ findings, wrong = [] }: Outcome): readonly string[] {
  const found = Object.entries(findings).flatMap(([what, keys]: [string, readonly string[]]) =>
    keys.map((key) => `${what}: ${key}`),
  );
  return [...found, ...wrong.map((key) => `wrong: ${key}`)];
}

function figuresOf({ figures }: Partial<Outcome>): string {
  return figures ? `  ${JSON.stringify(figures)}` : '';
}
