import { type Chance, createChance } from '../../src/simulator/chance.ts';
import type { Heard, Site } from './attack.ts';
import { BOUNDARY, createFuzzCases, type FuzzCases } from './fuzz-cases.ts';
import type { Ground } from './ground.ts';
import { judgeMemory } from './memory.ts';
import { judge } from './verdict.ts';
import { post, writeBytes } from './ways-http.ts';
import { writeFrames } from './ways-socket.ts';

/** How many of each are sent. */
export interface FuzzSize {
  readonly http: number;
  readonly frames: number;
  readonly multipart: number;
}

/** What they came to. */
export interface Fuzzed {
  /** Empty where nothing broke, hung or was told. */
  readonly wrong: readonly string[];
  readonly slowestMs: number;
  /** How many answers there were of each status, and how many sockets were closed with each code. */
  readonly outcomes: Readonly<Record<string, number>>;
}

const AT_ONCE = 32;
/** How long a server that waits for more is given. */
const SILENCE_MS = 60;
const MOST_WRONG = 50;
const MOST_FRAMES = 4;

/** Sends malformed bytes to a server. It must answer or hang up, tell nothing of its inside, and serve others on. */
export async function fuzzBytes(ground: Ground, seed: number, size: FuzzSize): Promise<Fuzzed> {
  const wrong: string[] = [];
  const outcomes: Record<string, number> = {};
  let slowestMs = 0;
  const chance = createChance(seed);
  const cases = createFuzzCases(chance, ground.site);
  const run = async (kind: keyof FuzzSize, count: number): Promise<void> => {
    const send = senders[kind];
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0 && wrong.length < MOST_WRONG) {
        const { bytes, units } = takers[kind](cases, chance, left);
        left -= units;
        const heard = await send(ground.site, bytes);
        slowestMs = Math.max(slowestMs, heard.ms);
        for (const outcome of outcomesOf(kind, heard)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        for (const problem of judge({ expected: 'answered' }, heard))
          wrong.push(`${kind} ${JSON.stringify(bytes.subarray(0, 2_000).toString('latin1'))}: ${problem}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    wrong.push(...(await ground.ask()));
  };
  // What is compiled and kept once is no leak.
  for (const kind of kinds) await run(kind, Math.ceil(size[kind] / 5));
  const before = await ground.vitals();
  for (const kind of kinds) await run(kind, size[kind]);
  wrong.push(...judgeMemory(before, await ground.vitals()));
  wrong.push(...ground.server.faults.map((line) => `logged: ${line.slice(0, 500)}`));
  return { wrong, slowestMs: Math.round(slowestMs), outcomes };
}

const kinds = ['http', 'frames', 'multipart'] as const;

/** The next bytes, and how many they count for. */
type Take = (cases: FuzzCases, chance: Chance, left: number) => { readonly bytes: Buffer; readonly units: number };

const takers: Readonly<Record<keyof FuzzSize, Take>> = {
  http: (cases) => ({ bytes: cases.http(), units: 1 }),
  frames(cases, { between }, left) {
    const units = between(1, Math.min(MOST_FRAMES, left));
    return { bytes: Buffer.concat(Array.from({ length: units }, () => cases.frame())), units };
  },
  multipart: (cases) => ({ bytes: cases.multipart(), units: 1 }),
};

const senders: Readonly<Record<keyof FuzzSize, (site: Site, bytes: Buffer) => Promise<Heard>>> = {
  http: (site, bytes) => writeBytes(site, bytes, SILENCE_MS),
  frames: (site, bytes) => writeFrames(site, bytes, SILENCE_MS),
  multipart: (site, body) =>
    post(site, {
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'x-parley-client': 'test' },
      body,
    }),
};

function outcomesOf(kind: keyof FuzzSize, { statuses, closed }: Heard): readonly string[] {
  // The codes of clients, which are told them again, are one outcome.
  if (kind === 'frames')
    return [
      closed === null ? 'frames open' : closed > 1_100 && !ours.has(closed) ? 'frames echoed' : `frames ${closed}`,
    ];
  return statuses.length === 0 ? [`${kind} cut`] : statuses.map((status) => `${kind} ${status}`);
}

const ours: ReadonlySet<number> = new Set([4400, 4401, 4403, 4406, 4408, 4409, 4429]);
