import { describe, expect, it } from 'vitest';
import { createManualClock } from './clock.ts';
import { createLoop, settleAll } from './loop.ts';

/** A loop whose turns are counted; `turn` says what each does. */
function loopOf(turn: (count: number, signal: AbortSignal) => Promise<number> | number, errorWait = 500) {
  const clock = createManualClock(new Date('2026-03-01T12:00:00Z'));
  const seen = { turns: 0, errors: [] as unknown[] };
  const loop = createLoop({
    name: 'test',
    clock,
    turn: async (signal) => turn(++seen.turns, signal),
    onError(error) {
      seen.errors.push(error);
      return errorWait;
    },
  });
  return { clock, loop, seen };
}

/** A turn that lasts until it is told to end. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<number>();
  return { passed: promise, open: resolve };
}

describe('a loop', () => {
  it('does nothing before it is started, and then looks at once', async () => {
    const { clock, loop, seen } = loopOf(() => 1000);
    loop.wake();
    clock.advance(5000);
    await loop.settle();
    expect(seen.turns).toBe(0);
    loop.start();
    loop.start();
    await loop.settle();
    expect(seen.turns).toBe(1);
  });

  it('looks again when its time has come, not before, and is busy from that moment', async () => {
    const { clock, loop, seen } = loopOf(() => 2000);
    loop.start();
    await loop.settle();
    clock.advance(1999);
    expect(loop.busy).toBe(false);
    clock.advance(1);
    expect(loop.busy).toBe(true);
    await loop.settle();
    expect(seen.turns).toBe(2);
    clock.advance(2000);
    await loop.settle();
    expect(seen.turns).toBe(3);
  });

  it('goes on at once while a turn asks for that', async () => {
    const { loop, seen } = loopOf((count) => (count < 5 ? 0 : 1000));
    loop.start();
    await loop.settle();
    expect(seen.turns).toBe(5);
  });

  it('may wait for nothing but a wake', async () => {
    const { clock, loop, seen } = loopOf(() => Number.POSITIVE_INFINITY);
    loop.start();
    await loop.settle();
    clock.advance(365 * 86_400_000);
    await loop.settle();
    expect(seen.turns).toBe(1);
    loop.wake();
    await loop.settle();
    expect(seen.turns).toBe(2);
  });
});

describe('a wake', () => {
  it('ends the wait, and the time waited for does not come a second time', async () => {
    const { clock, loop, seen } = loopOf(() => 1000);
    loop.start();
    await loop.settle();
    clock.advance(900);
    loop.wake();
    await loop.settle();
    clock.advance(100);
    await loop.settle();
    expect(seen.turns).toBe(2);
    clock.advance(900);
    await loop.settle();
    expect(seen.turns).toBe(3);
  });

  it('during a turn makes one more, however many wakes there were', async () => {
    const first = gate();
    const { loop, seen } = loopOf((count) => (count === 1 ? first.passed : 1000));
    loop.start();
    loop.wake();
    loop.wake();
    first.open(1000);
    await loop.settle();
    expect(seen.turns).toBe(2);
  });

  it('at any moment around the end of a turn is not lost', async () => {
    for (let hops = 0; hops < 12; hops++) {
      const first = gate();
      const { loop, seen } = loopOf((count) => (count === 1 ? first.passed : 1000));
      loop.start();
      first.open(1000);
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      loop.wake();
      await loop.settle();
      expect({ hops, turns: seen.turns }).toEqual({ hops, turns: 2 });
    }
  });

  it('from within the turn itself never starts a second one beside it', async () => {
    let inTurn = 0;
    const { loop, seen } = loopOf(async (count) => {
      inTurn++;
      expect(inTurn).toBe(1);
      if (count === 1) loop.wake();
      await Promise.resolve();
      inTurn--;
      return 1000;
    });
    loop.start();
    await loop.settle();
    expect(seen).toEqual({ turns: 2, errors: [] });
  });
});

describe('a failing turn', () => {
  it('is told of and waited after, and the loop lives on', async () => {
    const trouble = new Error('no');
    const { clock, loop, seen } = loopOf((count) => (count === 1 ? Promise.reject(trouble) : 1000));
    loop.start();
    await loop.settle();
    expect(seen.errors).toEqual([trouble]);
    clock.advance(499);
    await loop.settle();
    expect(seen.turns).toBe(1);
    clock.advance(1);
    await loop.settle();
    expect(seen.turns).toBe(2);
  });

  it('is not made to spin by wakes that came during it; a later wake is heard', async () => {
    const { loop, seen } = loopOf((count) => {
      loop.wake();
      return count < 3 ? Promise.reject(new Error('no')) : Number.POSITIVE_INFINITY;
    });
    loop.start();
    await loop.settle();
    expect(seen.turns).toBe(1);
    loop.wake();
    await loop.settle();
    expect(seen.turns).toBe(2);
  });
});

describe('a stop', () => {
  it('awaits the turn in hand, tells it, and lets no other follow', async () => {
    const first = gate();
    let told = false;
    const { clock, loop, seen } = loopOf((_, signal) => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return first.passed;
    });
    loop.start();
    let stopped = false;
    const stop = loop.stop().then(() => {
      stopped = true;
    });
    loop.wake();
    await Promise.resolve();
    expect({ told, stopped }).toEqual({ told: true, stopped: false });
    first.open(0);
    await stop;
    loop.wake();
    loop.start();
    clock.advance(10_000);
    await loop.settle();
    expect(seen.turns).toBe(1);
  });

  it('ends a wait at once, and may be asked for twice', async () => {
    const { clock, loop, seen } = loopOf(() => 1000);
    loop.start();
    await loop.settle();
    await Promise.all([loop.stop(), loop.stop()]);
    clock.advance(10_000);
    await loop.settle();
    expect(seen.turns).toBe(1);
  });

  it('before the start keeps it from starting', async () => {
    const { loop, seen } = loopOf(() => 1000);
    await loop.stop();
    loop.start();
    await loop.settle();
    expect(seen.turns).toBe(0);
  });

  it('does not report what a turn throws because it was stopped', async () => {
    const { loop, seen } = loopOf(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    loop.start();
    await loop.stop();
    expect(seen).toEqual({ turns: 1, errors: [] });
  });
});

describe('settling all', () => {
  it('waits for loops that wake each other, and for ones that appear on the way', async () => {
    const third = loopOf(() => 1000);
    const second = loopOf((count) => {
      if (count === 2) third.loop.start();
      return 1000;
    });
    const first = loopOf(async (count) => {
      await Promise.resolve();
      second.loop.wake();
      return count < 3 ? 0 : 1000;
    });
    const loops = [first.loop, second.loop];
    for (const loop of loops) loop.start();
    await settleAll(() => (third.loop.busy ? [...loops, third.loop] : loops));
    expect([first, second, third].map(({ loop }) => loop.busy)).toEqual([false, false, false]);
    expect(first.seen.turns).toBe(3);
    expect(second.seen.turns).toBeGreaterThan(1);
    expect(third.seen.turns).toBe(1);
  });

  it('of none, or of idle ones, is done', async () => {
    await settleAll(() => []);
    await settleAll(() => [loopOf(() => 1).loop]);
  });
});
