import { describe, expect, it } from 'vitest';
import { ProviderError } from '../domain/errors.ts';
import { createManualClock } from '../lib/clock.ts';
import type { Call } from './contract.ts';
import type { Budget, Limits } from './limits.ts';
import { createThrottle } from './throttle.ts';

const MINUTE = 60_000;
const start = new Date('2026-03-02T09:00:00Z');
const person: Call = { lane: 'person', signal: new AbortController().signal };
const background: Call = { ...person, lane: 'background' };

function setUp(limits: Partial<Limits> = {}, budget: Budget | null = null) {
  const clock = createManualClock(start);
  const throttle = createThrottle(
    'acme',
    {
      ...{ batchSize: 25, pageSize: 25, pullEveryMs: 1000, minGapMs: 0, maxTextLength: null, attachments: null },
      replyWindow: null,
      ...{ requestsPerHour: null, parallel: 2, ...limits },
    },
    clock,
    { budget },
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

  it('go to people before looks before sweeps, and else to whoever came first', async () => {
    const { begin, begun, end } = setUp({ parallel: 1 });
    void begin('first', background);
    for (const name of ['sweep 1', 'sweep 2']) void begin(name, { ...person, lane: 'sweep' });
    for (const name of ['look 1', 'look 2']) void begin(name, background);
    for (const name of ['person 1', 'person 2']) void begin(name, person);
    const order = ['first', 'person 1', 'person 2', 'look 1', 'look 2', 'sweep 1', 'sweep 2'];
    for (const name of order) await end(name);
    expect(begun).toEqual(order);
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
  it('are asked about for whoever wants one, and a refusal is handed on before a place is taken', async () => {
    const asked: string[] = [];
    const spent = new ProviderError({ provider: 'acme', operation: 'sweep', kind: 'rate-limited', message: 'no' });
    const budget: Budget = {
      async admit(lane, operation) {
        asked.push(`${lane} ${operation}`);
        if (lane === 'sweep') throw spent;
      },
    };
    const { throttle } = setUp({ parallel: 1 }, budget);
    await expect(throttle.run({ ...person, lane: 'sweep' }, 'sweep', pass)).rejects.toBe(spent);
    expect(await throttle.run(person, 'messages', pass)).toBe('through');
    expect(asked).toEqual(['sweep sweep', 'person messages']);
  });
});
