import { describe, expect, it } from 'vitest';
import { createSingleFlight } from './single-flight.ts';

describe('single flight', () => {
  it('runs equal work in flight once and gives everyone its answer', async () => {
    const merged = createSingleFlight<number>();
    let runs = 0;
    const ask = () => merged('a', async () => ++runs);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await ask()).toBe(2);
  });

  it('keeps different work apart', async () => {
    const merged = createSingleFlight<string>();
    const answers = ['a', 'b'].map((key) => merged(key, async () => key));
    expect(await Promise.all(answers)).toEqual(['a', 'b']);
  });

  it('gives everyone the failure, and forgets it', async () => {
    const merged = createSingleFlight<number>();
    const failed = await Promise.allSettled([1, 2].map(() => merged('a', () => Promise.reject(new Error('no')))));
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await merged('a', async () => 7)).toBe(7);
  });
});
