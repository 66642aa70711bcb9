import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assail, playAll } from './assail.ts';
import { corpus, strewn } from './corpus.ts';
import { type Ground, startGround } from './ground.ts';
import { judgeMemory } from './memory.ts';

/*
 * Every bad input that has a name, at a server of its own: a process, so that it may end and that its memory is its own. Each by every way
 * that it can go.
 */

let ground: Ground;
beforeAll(async () => {
  ground = await startGround('embedded');
});
afterAll(() => ground.end());

const LONG = { timeout: 300_000 };
const named = Object.values(corpus).flat();

it('the corpus has more than 160 inputs, each under a name of its own', () => {
  const names = [...named, ...Object.values(strewn).flat()].map(({ name }) => name);
  expect(named.length).toBeGreaterThanOrEqual(160);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

describe('each is refused or answered in time, tells nothing of our inside, writes nothing, and others are served on', () => {
  it.each(Object.entries(corpus))('%s', LONG, async (_family, attacks) => {
    expect((await assail(ground, attacks)).wrong).toEqual([]);
  });

  // Every string and every argument, but not each with each: that is the battery's to play.
  const some = Object.entries(strewn).map(
    ([family, attacks], turn) => [family, attacks.filter((_, at) => at % 3 === turn % 3)] as const,
  );
  it.each(some)('%s', LONG, async (_family, attacks) => {
    expect((await assail(ground, attacks, { countEach: false })).wrong).toEqual([]);
  });
});

it('and when all of it has been played once more, nothing of it is held', LONG, async () => {
  const before = await ground.vitals();
  // A quarter of them: the battery plays all.
  await playAll(
    ground,
    named.filter((_, n) => n % 4 === 0),
  );
  const after = await ground.vitals();
  expect(judgeMemory(before, after)).toEqual([]);
  expect(await ground.ask()).toEqual([]);
});

it('and it ends as it was asked to', async () => {
  expect(await ground.server.end()).toBe(0);
});
