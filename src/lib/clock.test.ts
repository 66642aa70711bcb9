import { describe, expect, it } from 'vitest';
import { createManualClock, sleep, systemClock } from './clock.ts';

const start = new Date('2026-03-01T12:00:00Z');

describe('a manual clock', () => {
  it('stands still until it is moved', () => {
    const clock = createManualClock(start);
    expect([clock.now(), clock.monotonic()]).toEqual([start, 0]);
    clock.advance(1500);
    expect([clock.now(), clock.monotonic()]).toEqual([new Date('2026-03-01T12:00:01.500Z'), 1500]);
  });

  it('runs what falls due in order of time, then of asking, each at its own moment', () => {
    const clock = createManualClock(start);
    const ran: [string, number][] = [];
    const note = (name: string) => () => ran.push([name, clock.monotonic()]);
    clock.after(300, note('late'));
    clock.after(100, note('early'));
    clock.after(100, note('early too'));
    clock.after(-5, note('overdue'));
    clock.after(301, note('not yet'));
    clock.advance(300);
    expect(ran).toEqual([
      ['overdue', 0],
      ['early', 100],
      ['early too', 100],
      ['late', 300],
    ]);
  });

  it('runs what is asked for on the way, where it still falls due', () => {
    const clock = createManualClock(start);
    let ran = 0;
    clock.after(100, () => clock.after(100, () => ran++));
    clock.advance(250);
    expect([ran, clock.monotonic()]).toEqual([1, 250]);
  });

  it('does not run what was taken back, also by a neighbour', () => {
    const clock = createManualClock(start);
    let ran = 0;
    clock.after(100, () => cancel());
    const cancel = clock.after(100, () => ran++);
    clock.advance(500);
    cancel();
    expect(ran).toBe(0);
  });

  it('rolls the same dice in every run, within [0, 1), and others from another seed', () => {
    const rolls = (seed?: number) => {
      const clock = createManualClock(start, seed);
      return Array.from({ length: 100 }, () => clock.random());
    };
    expect(rolls()).toEqual(rolls());
    expect(rolls()).not.toEqual(rolls(2));
    expect(rolls().every((roll) => roll >= 0 && roll < 1)).toBe(true);
    expect(new Set(rolls()).size).toBe(100);
  });
});

describe('a sleep', () => {
  it('ends when its time has come', async () => {
    const clock = createManualClock(start);
    const slept = sleep(clock, 1000).then(() => clock.monotonic());
    clock.advance(1000);
    expect(await slept).toBe(1000);
  });

  it('ends when its signal aborts, and leaves no timer and no listener behind', async () => {
    const clock = createManualClock(start);
    const stop = new AbortController();
    const slept = sleep(clock, 1000, stop.signal);
    stop.abort();
    await slept;
    await sleep(clock, 1000, stop.signal);
    expect(clock.monotonic()).toBe(0);
  });
});

describe('the system clock', () => {
  it('does not fire at once when asked to wait longer than a timer can hold', async () => {
    let ran = 0;
    const cancel = systemClock.after(2 ** 31 + 5000, () => ran++);
    await sleep(systemClock, 5);
    cancel();
    expect(ran).toBe(0);
  });

  it('does not run what was taken back', async () => {
    let ran = 0;
    systemClock.after(1, () => ran++)();
    await sleep(systemClock, 5);
    expect(ran).toBe(0);
  });

  it('goes forward, and rolls dice within [0, 1)', () => {
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now().getTime()).toBeGreaterThan(start.getTime() - 365 * 86_400_000);
    expect(Math.floor(systemClock.random())).toBe(0);
  });
});
