import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import type { Call } from './contract.ts';
import type { Limits } from './limits.ts';
import { createThrottle } from './throttle.ts';

const MINUTE = 60_000;
const start = new Date('2026-03-02T09:00:00Z');
const person: Call = { lane: 'person', signal: new AbortController().signal };
const background: Call = { ...person, lane: 'background' };

function setUp(limits: Partial<Limits> = {}) {
  const clock = createManualClock(start);
  const throttle = createThrottle(
    'acme',
    {
      ...{ batchSize: 25, pageSize: 25, pullEveryMs: 1000, minGapMs: 0, maxTextLength: null, attachments: null },
      replyWindow: null,
      ...{ requestsPerHour: null, parallel: 2, ...limits },
    },
    clock,
  );
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  let running = 0;
  let most = 0;
  /** Starts work that goes on until it is ended by its name. */
  const begin = (name: string, call: Call = person) =>
    throttle.run(call, 'messages', async () => {
      begun.push(name);
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      running -= 1;
      return name;
    });
  const end = async (...names: readonly string[]) => {
    for (const name of names) {
      // It may have to begin first.
      if (!ends.has(name)) await settle();
      ends.get(name)?.();
    }
    await settle();
  };
  return { clock, throttle, begun, begin, end, most: () => most };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const pass = async () => 'through';

describe('the places of a throttle', () => {
  it('are as many as may be in flight; who comes later waits for one', async () => {
    const { begin, begun, end } = setUp({ parallel: 2 });
    const work = ['a', 'b', 'c', 'd'].map((name) => begin(name));
    await settle();
    expect(begun).toEqual(['a', 'b']);
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('b', 'c');
    await end('d');
    expect(await Promise.all(work)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('go to people before sweeps, and else to whoever came first', async () => {
    const { begin, begun, end } = setUp({ parallel: 1 });
    void begin('first', background);
    for (const name of ['sweep 1', 'sweep 2']) void begin(name, background);
    for (const name of ['person 1', 'person 2']) void begin(name, person);
    for (const name of ['first', 'person 1', 'person 2', 'sweep 1', 'sweep 2']) await end(name);
    expect(begun).toEqual(['first', 'person 1', 'person 2', 'sweep 1', 'sweep 2']);
  });

  it('are not taken from under whoever waited by those who come just then', async () => {
    const { begin, end, most, begun } = setUp({ parallel: 1 });
    void begin('first');
    void begin('waited');
    await settle();
    const ended = end('first');
    // One in each turn, so one also in the very turn in which the place is given back.
    for (let turn = 0; turn < 10; turn += 1) {
      await Promise.resolve();
      void begin(`late ${turn}`, background);
    }
    await ended;
    expect([begun, most()]).toEqual([['first', 'waited'], 1]);
    await end('waited');
    expect([begun.at(-1), most()]).toEqual(['late 0', 1]);
  });

  it('are given back by work that fails', async () => {
    const { throttle } = setUp({ parallel: 1 });
    for (let time = 0; time < 3; time += 1) {
      await expect(throttle.run(person, 'messages', () => Promise.reject(new Error('bang')))).rejects.toThrow('bang');
    }
    expect(await throttle.run(person, 'messages', pass)).toBe('through');
  });

  it('are not waited for by a caller who has gone', async () => {
    const { begin, begun, end } = setUp({ parallel: 1 });
    const caller = new AbortController();
    void begin('first');
    const gone = begin('gone', { ...person, signal: caller.signal });
    const next = begin('next');
    caller.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await expect(begin('too late', { ...person, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow();
    await end('first');
    await end('next');
    expect([await next, begun]).toEqual(['next', ['first', 'next']]);
  });
});

describe('the silence that a provider asks for', () => {
  it('is kept until it is over, and callers are told when that is', async () => {
    const { clock, throttle } = setUp();
    const until = new Date(start.getTime() + MINUTE);
    throttle.hold(until);
    const refused = { kind: 'rate-limited', provider: 'acme', operation: 'messages', retryAt: until, noEffect: true };
    await expect(throttle.run(person, 'messages', pass)).rejects.toMatchObject(refused);
    clock.advance(MINUTE - 1);
    await expect(throttle.run(person, 'messages', pass)).rejects.toMatchObject(refused);
    clock.advance(1);
    expect(await throttle.run(person, 'messages', pass)).toBe('through');
  });

  it('is not cut short by a shorter one', async () => {
    const { clock, throttle } = setUp();
    throttle.hold(new Date(start.getTime() + MINUTE));
    throttle.hold(new Date(start.getTime() + 1000));
    clock.advance(30_000);
    await expect(throttle.run(person, 'messages', pass)).rejects.toMatchObject({ kind: 'rate-limited' });
  });

  it('is kept by those too who were waiting for a place when it began', async () => {
    const { begin, begun, end, throttle } = setUp({ parallel: 1 });
    void begin('first');
    const waiting = [begin('second'), begin('third', background)].map((work) => work.catch((error) => error.kind));
    await settle();
    throttle.hold(new Date(start.getTime() + MINUTE));
    await end('first');
    expect(await Promise.all(waiting)).toEqual(['rate-limited', 'rate-limited']);
    expect(begun).toEqual(['first']);
  });
});

describe("an hour's requests", () => {
  const perHour = 100;
  const count = async (run: () => Promise<unknown>): Promise<number> => {
    for (let done = 0; ; done += 1) if (!(await run().then(Boolean, () => false))) return done;
  };

  it('are kept in part for people: sweeps stop at the last tenth', async () => {
    const { throttle } = setUp({ requestsPerHour: perHour });
    expect(await count(() => throttle.run(background, 'sweep', pass))).toBe(90);
    expect(await count(() => throttle.run(person, 'messages', pass))).toBe(10);
  });

  it('come back evenly, to people first, and who is refused is told when', async () => {
    const { clock, throttle } = setUp({ requestsPerHour: perHour });
    await count(() => throttle.run(person, 'messages', pass));
    const each = (60 * MINUTE) / perHour;
    const refusalOf = (call: Call) => throttle.run(call, 'messages', pass).catch((error: unknown) => error);
    const at = (ms: number) => ({ kind: 'rate-limited', retryAt: new Date(start.getTime() + ms), noEffect: true });
    expect(await refusalOf(person)).toMatchObject(at(each));
    expect(await refusalOf(background)).toMatchObject(at(11 * each));
    clock.advance(each - 1);
    expect(await refusalOf(person)).toMatchObject(at(each));
    clock.advance(1);
    expect(await throttle.run(person, 'messages', pass)).toBe('through');
    clock.advance(11 * each);
    expect(await throttle.run(background, 'messages', pass)).toBe('through');
  });

  it('do not pile up over a quiet day', async () => {
    const { clock, throttle } = setUp({ requestsPerHour: perHour });
    clock.advance(24 * 60 * MINUTE);
    expect(await count(() => throttle.run(person, 'messages', pass))).toBe(perHour);
  });

  it('are not counted where the provider has no such limit', async () => {
    const { throttle } = setUp({ requestsPerHour: null });
    for (let done = 0; done < 5000; done += 1) await throttle.run(background, 'sweep', pass);
  });
});
