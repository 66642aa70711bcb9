import { describe, expect, it } from 'vitest';
import { createLoad, type Load, type Place } from '../../src/graphql/load.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';

describe('an operation that waits for a provider', () => {
  const started = (load: Load): Place => {
    const place = load.begin();
    if (!place || place instanceof Promise) throw new Error('there is no room');
    return place;
  };
  const limits = { inFlight: 1, queued: 2 };

  it('gives its place to others, and comes back to one before those who wait to begin', async () => {
    const load = createLoad(limits, createManualClock(systemClock.now()), 10_000);
    const order: string[] = [];
    const held = Promise.withResolvers<void>();
    const first = started(load);
    const back = first.aside(() => held.promise).then(() => void order.push('back'));
    const second = started(load);
    const third = Promise.resolve(load.begin()).then((place) => {
      order.push('begun');
      return place;
    });
    held.resolve();
    await Promise.resolve();
    expect([load.inFlight, load.aside, load.waiting]).toEqual([1, 1, 1]);
    second.end();
    await back;
    expect(order).toEqual(['back']);
    expect([load.inFlight, load.aside]).toEqual([1, 0]);
    first.end();
    (await third)?.end();
    expect([order, load.inFlight, load.waiting]).toEqual([['back', 'begun'], 0, 0]);
  });

  it('for several at once is away until the last has answered, and what fails comes back as well', async () => {
    const load = createLoad(limits, createManualClock(systemClock.now()), 10_000);
    const [one, other] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const place = started(load);
    const [first, second] = [place.aside(() => one.promise), place.aside(() => other.promise)];
    one.resolve('one');
    expect(await first).toBe('one');
    expect([load.inFlight, load.aside]).toEqual([0, 1]);
    other.reject(new Error('failed'));
    await expect(second).rejects.toThrow('failed');
    expect([load.inFlight, load.aside]).toEqual([1, 0]);
    place.end();
    expect(load.inFlight).toBe(0);
  });

  it('and ends meanwhile leaves nothing taken', async () => {
    const load = createLoad(limits, createManualClock(systemClock.now()), 10_000);
    for (const endsLate of [false, true]) {
      const held = Promise.withResolvers<void>();
      const place = started(load);
      const back = place.aside(() => held.promise);
      const other = started(load);
      if (!endsLate) place.end();
      held.resolve();
      await held.promise;
      if (endsLate) place.end();
      other.end();
      await back;
      expect([load.inFlight, load.aside, load.waiting]).toEqual([0, 0, 0]);
    }
  });

  it('keeps its place where as many are away as may wait', async () => {
    const load = createLoad(limits, createManualClock(systemClock.now()), 10_000);
    const held = Promise.withResolvers<void>();
    const places = [started(load)];
    const backs: Promise<void>[] = [];
    for (let n = 0; n < 2; n += 1) {
      backs.push((places[n] as Place).aside(() => held.promise));
      places.push(started(load));
    }
    backs.push((places[2] as Place).aside(() => held.promise));
    expect([load.inFlight, load.aside]).toEqual([1, 2]);
    expect(load.begin()).toBeInstanceOf(Promise);
    held.resolve();
    await backs[2];
    for (const place of places) place.end();
    await Promise.all(backs);
    expect([load.inFlight, load.aside]).toEqual([1, 0]);
  });
});
