import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';
import { play } from './play.ts';
import { judge } from './verdict.ts';

/** What attacks came to. */
export interface Assailed {
  /** Empty where all was as it should be. */
  readonly wrong: readonly string[];
  readonly inputs: number;
  readonly answers: number;
  /** Of the answers, the slowest first. */
  readonly slowest: readonly { readonly ms: number; readonly of: string }[];
}

const MOST_WRONG = 50;
const SLOWEST = 3;

/**
 * Plays attacks one after the other. After each the server must answer an honest question, and no table may have another row; but for
 * tokens, which an operation that only looks bad may have made. `countEach: false` counts once, at the end.
 */
export async function assail(
  ground: Ground,
  attacks: readonly Attack[],
  { countEach = true }: { readonly countEach?: boolean } = {},
): Promise<Assailed> {
  const wrong: string[] = [];
  const times: { ms: number; of: string }[] = [];
  let rows = await ground.rows();
  const faults = ground.server.faults.length;
  const count = async (expected: Attack['expected']): Promise<readonly string[]> => {
    const before = rows;
    rows = await ground.rows();
    const changed = Object.keys(rows).filter((name) => rows[name] !== before[name]);
    return changed.filter((name) => expected === 'refused' || name !== 'token').map((name) => `another row in ${name}`);
  };
  for (const attack of attacks) {
    const heard = await play(ground.site, attack);
    for (const { way, ms } of heard) times.push({ ms: Math.round(ms), of: `${attack.name}, ${way}` });
    const problems = [
      ...heard.flatMap((one) => judge(attack, one)),
      ...(await ground.ask()),
      ...(countEach ? await count(attack.expected) : []),
    ];
    for (const problem of problems) wrong.push(`${attack.name}: ${problem}`);
    if (wrong.length >= MOST_WRONG) break;
  }
  if (!countEach) wrong.push(...(await count('answered')));
  wrong.push(...ground.server.faults.slice(faults).map((line) => `logged: ${line.slice(0, 500)}`));
  const slowest = times.toSorted((one, other) => other.ms - one.ms).slice(0, SLOWEST);
  return { wrong, inputs: attacks.length, answers: times.length, slowest };
}

/** Plays attacks without a look at what comes back. */
export async function playAll(ground: Ground, attacks: readonly Attack[]): Promise<void> {
  for (const attack of attacks) await play(ground.site, attack);
}
