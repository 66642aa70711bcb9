import { expect, it, onTestFinished } from 'vitest';
import { createChance } from '../../src/simulator/chance.ts';
import { fuzzBytes } from './fuzz.ts';
import { createFuzzCases } from './fuzz-cases.ts';
import { startGround } from './ground.ts';

/*
 * As `npm run battery -- attacks` plays it, only shorter.
 */

const LONG = { timeout: 300_000 };

it('malformed bytes of any kind break nothing, hang nothing and are told nothing of our inside', LONG, async () => {
  const ground = await startGround('embedded');
  onTestFinished(() => ground.end());
  const { wrong, outcomes } = await fuzzBytes(ground, 1, { http: 300, frames: 300, multipart: 100 });
  expect(wrong).toEqual([]);
  // Malformed as they are, some get through to where more can break.
  expect(outcomes['http 200']).toBeGreaterThan(0);
  expect(outcomes['http 400']).toBeGreaterThan(0);
  expect(outcomes['multipart 200']).toBeGreaterThan(0);
  expect(await ground.server.end()).toBe(0);
});

it('a seed names its cases: the same are made again', () => {
  const site = { url: '', token: 't', conversationId: 'c' };
  const made = (seed: number): string => {
    const cases = createFuzzCases(createChance(seed), site);
    return Array.from({ length: 50 }, () => [cases.http(), cases.frame(), cases.multipart()].map(String)).join();
  };
  expect(made(7)).toBe(made(7));
  expect(made(7)).not.toBe(made(8));
});
