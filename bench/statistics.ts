/** The value below which that part (0 to 1) of the others lies. Throws where there are none. */
export function quantile(values: Iterable<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new Error('there is nothing to take a quantile of');
  return value;
}

/** The middle value: what one slow round does not move. */
export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}

/** Runs each contender in turn, `rounds` times (ABABAB), so that what slows the machine slows all. One list of results a contender. */
export async function inTurns<Result, Names extends string>(
  rounds: number,
  contenders: Readonly<Record<Names, (round: number) => Promise<Result>>>,
): Promise<Record<Names, Result[]>> {
  const entries = Object.entries<(round: number) => Promise<Result>>(contenders);
  const results: Record<string, Result[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, run] of entries) results[name]?.push(await run(round));
  return results as Record<Names, Result[]>;
}
