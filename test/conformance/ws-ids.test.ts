import { describe, expect, it } from 'vitest';
import type { Told } from './raw-socket.ts';
import { serving } from './serving.ts';

const api = serving();

const HEAD = '{ eventCursor }';
const NEW = 'subscription { messageAdded { message { body } } }';
const next = (id: string, payload: object = {}) => ({ id, type: 'next', payload: expect.objectContaining(payload) });
const completes = (told: readonly Told[]): number => told.filter(({ type }) => type === 'complete').length;
const complete = (id: string) => ({ id, type: 'complete' });

describe('an id', () => {
  it('that is in use closes the socket with 4409, while its operation runs and while it is prepared', async () => {
    const raw = await api.greeted();
    raw.subscribe('same', NEW);
    await api.readers(1);
    raw.subscribe('same', HEAD);
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' });
    const hasty = await api.greeted();
    hasty.subscribe('same', HEAD);
    hasty.subscribe('same', HEAD);
    expect((await hasty.closed).code).toBe(4409);
    await api.readers(0);
  });

  it('too long to be named in a close has the same code', async () => {
    const raw = await api.greeted();
    const id = 'é'.repeat(5_000);
    raw.subscribe(id, HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next(id), complete(id)]);
    raw.subscribe(id, HEAD);
    raw.subscribe(id, HEAD);
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber already exists' });
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', '"', '\\', '0', ' ', '1 1', '\u2028', '🛎️'])(
    '%j is as good as any',
    async (id) => {
      const raw = await api.greeted();
      raw.subscribe(id, NEW);
      await api.readers(1);
      await api.served.say('hello');
      expect(await raw.next()).toEqual(next(id, { data: { messageAdded: { message: { body: 'hello' } } } }));
      raw.say(complete(id));
      await api.readers(0);
      raw.subscribe(id, HEAD);
      expect([await raw.next(), await raw.next()]).toEqual([next(id), complete(id)]);
    },
  );

  it('may be used again as soon as it is completed, and what was asked before never answers to it', async () => {
    const raw = await api.greeted();
    const gate = Promise.withResolvers<void>();
    const restore = api.onReads(() => gate.promise);
    raw.subscribe('1', '{ accounts { title } }');
    raw.say(complete('1'));
    raw.subscribe('1', '{ eventCursor }');
    raw.say(complete('1'));
    raw.subscribe('1', '{ viewer { tenant { id } } }');
    raw.say({ type: 'ping' });
    await raw.until((told) => told.some(({ type }) => type === 'pong'));
    restore();
    gate.resolve();
    await raw.until((told) => completes(told) === 1);
    raw.subscribe('1', '{ again: eventCursor }');
    await raw.until((told) => completes(told) === 2);
    const data = { viewer: { tenant: { id: api.served.estate.scope.tenantId } } };
    const told = raw.received.filter(({ id }) => id !== undefined);
    expect(told).toEqual([
      next('1', { data }),
      complete('1'),
      next('1', { data: { again: expect.any(String) } }),
      complete('1'),
    ]);
  });

  it('of a subscription may go on as another one while the first still ends', async () => {
    const raw = await api.greeted();
    for (let i = 0; i < 20; i += 1) {
      raw.subscribe('1', `subscription { a${i}: messageAdded { message { body } } }`);
      if (i < 19) raw.say(complete('1'));
    }
    raw.subscribe('marker', HEAD);
    await raw.until((told) => told.some(({ id }) => id === 'marker'));
    await api.readers(1);
    await api.served.say('only once');
    await raw.until((told) => told.some(({ id }) => id === '1'));
    expect(raw.received.filter(({ id }) => id === '1')).toEqual([
      next('1', { data: { a19: { message: { body: 'only once' } } } }),
    ]);
    raw.subscribe('1', HEAD);
    expect((await raw.closed).code).toBe(4409);
  });
});
