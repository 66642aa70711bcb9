import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { createCallLog } from './calls.ts';
import { createFaults } from './faults.ts';
import { createHost } from './host.ts';
import { serveOnLoopback } from './loopback.ts';

/** A provider that counts what it was asked to do. */
function counter() {
  const clock = createManualClock(new Date('2026-03-02T09:00:00Z'));
  const faults = createFaults();
  const calls = createCallLog();
  let count = 0;
  const fetch = createHost({
    clock,
    faults,
    calls,
    service: {
      name: (arrival) => (arrival.method === 'POST' ? 'write' : 'read'),
      answer(arrival, handling) {
        if (arrival.method === 'POST') count += 1;
        return Response.json({ count, said: arrival.text, items: handling.arrange([1, 2]) });
      },
    },
  });
  const write = (init: RequestInit = {}) => fetch('http://provider.test/', { method: 'POST', body: 'x', ...init });
  const read = () => fetch('http://provider.test/');
  return { clock, faults, calls, fetch, write, read, count: () => count };
}

describe('trouble', () => {
  it('answers with a status instead, in the order of the script, and then no more', async () => {
    const { faults, write, count } = counter();
    faults.next({ kind: 'status', status: 429, retryAfter: 7 });
    faults.next({ kind: 'status', status: 503 }, { times: 2 });
    const answers = [await write(), await write(), await write(), await write()];
    expect(answers.map((answer) => answer.status)).toEqual([429, 503, 503, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe('7');
    expect([count(), faults.pending]).toEqual([1, 0]);
  });

  it('meets only the operation it was meant for', async () => {
    const { faults, read, write } = counter();
    faults.next({ kind: 'status', status: 500 }, { operation: 'write' });
    expect([(await read()).status, (await write()).status]).toEqual([200, 500]);
  });

  it('stays until it is lifted', async () => {
    const { faults, read } = counter();
    const lift = faults.always({ kind: 'status', status: 502 });
    expect([(await read()).status, (await read()).status]).toEqual([502, 502]);
    lift();
    expect((await read()).status).toBe(200);
  });

  it('refuses before anything happens, and cuts after it did or before, alike to the caller', async () => {
    const { faults, write, count } = counter();
    faults.next({ kind: 'refuse' });
    await expect(write()).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } });
    faults.next({ kind: 'cut', effect: false });
    await expect(write()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(count()).toBe(0);
    faults.next({ kind: 'cut' });
    await expect(write()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(count()).toBe(1);
  });

  it('waits by the clock, before or after the effect', async () => {
    const { faults, write, count, clock, calls } = counter();
    faults.next({ kind: 'delay', ms: 1000 });
    faults.next({ kind: 'delay', ms: 1000, effect: 'before-wait' });
    const answers = Promise.all([write(), write()]);
    await expect.poll(count).toBe(1);
    expect(calls.count()).toBe(0);
    clock.advance(1000);
    expect((await answers).map((answer) => answer.status)).toEqual([200, 200]);
    expect(count()).toBe(2);
  });

  it('never answers until the caller gives up', async () => {
    const { faults, write, count, calls } = counter();
    faults.next({ kind: 'hang' });
    faults.next({ kind: 'hang', effect: true });
    const leave = new AbortController();
    const both = [write({ signal: leave.signal }), write({ signal: leave.signal })];
    await expect.poll(count).toBe(1);
    leave.abort();
    for (const answer of both) await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls.count({ status: null })).toBe(2);
  });

  it('takes nothing from a caller who had given up before', async () => {
    const { write, count } = counter();
    await expect(write({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(count()).toBe(0);
  });

  it('answers garbage, twice, and out of turn', async () => {
    const { faults, write, read, count } = counter();
    faults.next({ kind: 'garbage' });
    expect(await (await write()).text()).toContain('<html>');
    faults.next({ kind: 'repeat' });
    expect(await (await write()).json()).toMatchObject({ count: 3 });
    const { promise, resolve } = Promise.withResolvers<void>();
    faults.next({ kind: 'hold', until: promise });
    const held = write();
    await expect.poll(count).toBe(4);
    await write();
    resolve();
    expect(await (await held).json()).toMatchObject({ count: 4 });
    faults.next({ kind: 'items', order: 'twice' });
    expect(await (await read()).json()).toMatchObject({ items: [1, 1, 2, 2] });
  });

  it('is over when the script is cleared', async () => {
    const { faults, read } = counter();
    faults.always({ kind: 'refuse' });
    faults.next({ kind: 'refuse' });
    faults.clear();
    expect((await read()).status).toBe(200);
  });
});

describe('served from loopback', () => {
  it('is the same provider over real HTTP, troubles included', async () => {
    const { fetch: provider, faults, count } = counter();
    const loopback = await serveOnLoopback(provider);
    const answer = await fetch(loopback.url, { method: 'POST', body: 'grüezi' });
    expect(await answer.json()).toMatchObject({ count: 1, said: 'grüezi' });
    faults.next({ kind: 'cut' });
    await expect(fetch(loopback.url, { method: 'POST', body: '' })).rejects.toThrow('fetch failed');
    expect(count()).toBe(2);
    await loopback.close();
  });
});
