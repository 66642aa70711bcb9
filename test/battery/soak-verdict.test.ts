import { describe, expect, it } from 'vitest';
import type { Timing } from './soak-load.ts';
import { judgeLoad, judgeRest, pacesOf, type Sample } from './soak-verdict.ts';

const MINUTE = 60_000;
const LAST_MS = 30 * MINUTE;
const MB = 2 ** 20;

/** A sample each quarter of a minute, with that much of the heap in use at each minute. */
function samplesOf(heapAt: (minute: number) => number): readonly Sample[] {
  return Array.from({ length: 120 }, (_, place) => ({
    ...{ at: (place + 1) * 15_000, heapUsed: heapAt((place + 1) / 4), external: 0, rss: 0, resources: {} },
    ...{ lateMs: 0, sockets: 0, subscriptions: 0, connections: 0 },
  }));
}

/** Four answers a second, each as slow as that says of its minute. */
function timingsOf(msAt: (minute: number, place: number) => number): readonly Timing[] {
  return Array.from({ length: 4 * 60 * 30 }, (_, place) => {
    const at = place * 250;
    return { operation: 'inbox', at, ms: msAt(at / MINUTE, place) };
  });
}

function verdict(heapAt: (minute: number) => number, msAt: (minute: number, place: number) => number) {
  return judgeLoad(samplesOf(heapAt), pacesOf(timingsOf(msAt), LAST_MS, 15_000), LAST_MS);
}

const noise = (place: number): number => ((place * 7919) % 100) / 10;

describe('a soak', () => {
  it('is content with a server that is as it was, however it filled its caches at first', () => {
    expect(
      verdict(
        (minute) => 80 * MB + Math.min(minute, 8) * MB,
        (_, place) => 20 + noise(place),
      ),
    ).toEqual([]);
  });

  it('sees a heap that grows by 0.6 MB a minute', () => {
    const wrong = verdict(
      (minute) => 80 * MB + minute * 0.6 * MB,
      (_, place) => 20 + noise(place),
    );
    expect(wrong).toEqual(['the heap grows by 0.60 MB a minute']);
  });

  it('sees answers that take a third longer in the end', () => {
    const wrong = verdict(
      () => 80 * MB,
      (minute, place) => (20 + noise(place)) * (1 + minute / 60),
    );
    expect(wrong).toMatchObject([expect.stringContaining('inbox: p99')]);
  });

  it('forgives a neighbour who took the machine for two minutes', () => {
    const busy = (minute: number): boolean => minute > 24 && minute < 26;
    expect(
      verdict(
        () => 80 * MB,
        (minute, place) => (busy(minute) ? 900 : 20) + noise(place),
      ),
    ).toEqual([]);
  });

  it('sees what is left over when all have gone', () => {
    const quiet = { resources: { Timeout: 4 }, sockets: 0, subscriptions: 0, connections: 5, objects: { Map: 900 } };
    expect(judgeRest(quiet, quiet, 100)).toEqual([]);
    const after = { ...quiet, resources: { Timeout: 9 }, subscriptions: 2, objects: { Map: 1_200 } };
    expect(judgeRest(quiet, after, 100)).toEqual([
      'subscriptions: there were 0, and 2 are left',
      'Timeout: there were 4, and 9 are left',
      'Map: there were 900, and 1200 are left',
    ]);
  });
});
