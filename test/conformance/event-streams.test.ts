import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultLimits } from '../../src/domain/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { askForEvents, type Events } from './event-stream.ts';
import { rawRequest } from './raw-request.ts';
import { serving } from './serving.ts';

const api = serving({ graphiql: false, limits: { ...defaultLimits, socketsPerAddress: 3 } });

const NEW = 'subscription($after: EventCursor) { messageAdded(after: $after) { cursor message { body } } }';
const HEAD = '{ eventCursor }';

/** Asks in the tenant's name, or as those headers say. */
async function ask(body: string | object, headers = {}, signal?: AbortSignal): Promise<Events> {
  const all = { authorization: `Bearer ${api.served.token}`, ...headers };
  const events = await askForEvents(api.served.url, body, all, signal);
  onTestFinished(() => events.leave());
  return events;
}

const subscribe = (variables = {}, headers = {}) => ask({ query: NEW, variables }, headers);
const added = (body: string) => ({
  event: 'next',
  data: { data: { messageAdded: { cursor: expect.any(String), message: { body } } } },
});
const complete = { event: 'complete', data: null };
const refused = (code: string) => [
  { event: 'next', data: { errors: [expect.objectContaining({ extensions: expect.objectContaining({ code }) })] } },
  complete,
];
const cursorsOf = ({ told }: Events): readonly string[] =>
  told.map(({ data }) => (data as { data: { messageAdded: { cursor: string } } }).data.messageAdded.cursor);

/** Has the beats of streams wait for a test to move time, as often as they are for callers. */
function holdIntervals(): void {
  vi.stubEnv('NODE_ENV', 'production');
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
}

describe('as server-sent events', () => {
  it('a query is answered by next, then complete, and the answer ends', async () => {
    const events = await ask({ query: HEAD });
    await events.ended;
    expect(events.status).toBe(200);
    expect(events.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    expect(events.told).toEqual([
      { event: 'next', data: expect.objectContaining({ data: { eventCursor: expect.any(String) } }) },
      complete,
    ]);
  });

  it('a mutation is, too', async () => {
    const query = 'mutation { disconnectAccount(input: { accountId: "x" }) { errors { code } } }';
    const events = await ask({ query });
    await events.ended;
    const data = { disconnectAccount: { errors: [{ code: 'NOT_FOUND' }] } };
    expect([events.status, ...events.told]).toEqual([
      200,
      { event: 'next', data: expect.objectContaining({ data }) },
      complete,
    ]);
  });

  it('a subscription is answered by a next for each event, and no complete while it lasts', async () => {
    const events = await subscribe();
    await api.readers(1);
    await api.served.say('one');
    await api.served.say('two\n\nevent: complete\ndata:\r\n\u2028');
    await events.until(({ told }) => told.length >= 2);
    expect(events.told).toEqual([added('one'), added('two\n\nevent: complete\ndata:\r\n\u2028')]);
  });

  it('a subscription goes on after any event that a client has seen, by that event’s own cursor', async () => {
    const events = await subscribe();
    await api.readers(1);
    for (const body of ['a', 'b', 'c', 'd']) await api.served.say(body);
    await events.until(({ told }) => told.length === 4);
    const cursors = cursorsOf(events);
    expect(new Set(cursors).size).toBe(4);
    events.leave();
    await api.readers(0);
    await api.served.say('e');
    const again = await subscribe({ after: cursors[1] });
    await again.until(({ told }) => told.length === 3);
    expect(again.told).toEqual([added('c'), added('d'), added('e')]);
  });
});

describe('what never ran is told as an event, with the status of a stream that was accepted', () => {
  it.each<[string, string, string | object, Readonly<Record<string, string>>?]>([
    ['a document that cannot be parsed', 'BAD_USER_INPUT', { query: '{' }],
    ['a document that is not valid', 'BAD_USER_INPUT', { query: '{ nothing }' }],
    ['a variable of another type', 'BAD_USER_INPUT', { query: NEW, variables: { after: 7 } }],
    ['a cursor that is none', 'BAD_USER_INPUT', { query: NEW, variables: { after: 'x' } }],
    [
      'a cursor of another time',
      'RESYNC_REQUIRED',
      { query: NEW, variables: { after: Buffer.from('x.1').toString('base64url') } },
    ],
    ['no document', 'BAD_USER_INPUT', {}],
    ['an operation name of nobody', 'BAD_USER_INPUT', { query: HEAD, operationName: 'X' }],
    ['variables that are a list', 'BAD_USER_INPUT', { query: HEAD, variables: [] }],
    ['a document that is only named', 'BAD_USER_INPUT', { documentId: 'x' }],
    ['a body that is no JSON', 'BAD_USER_INPUT', '{"query":'],
    ['several operations in a list', 'BAD_USER_INPUT', [{ query: HEAD }, { query: HEAD }]],
    ['no token', 'UNAUTHENTICATED', { query: NEW }, { authorization: '' }],
    ['a token that nobody has', 'UNAUTHENTICATED', { query: HEAD }, { authorization: 'Bearer parley_nobody' }],
    ['no token, and no JSON', 'BAD_USER_INPUT', '{"query":', { authorization: '' }],
  ])('%s: %s', async (_title, code, body, headers) => {
    const events = await ask(body, headers);
    await events.ended;
    expect([events.status, events.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(events.told).toEqual(refused(code));
    expect(api.served.transport.feeds.readers).toBe(0);
  });

  it('a subscription that the token may not begin', async () => {
    const token = await api.served.tokenFor(['accounts:read']);
    const events = await subscribe({}, { authorization: `Bearer ${token}` });
    await events.ended;
    expect([events.status, ...events.told]).toEqual([200, ...refused('FORBIDDEN')]);
  });
});

describe('a stream', () => {
  it('beats every 12 s while nothing happens, and leaves no timer behind', async () => {
    holdIntervals();
    const beats = ({ text }: Events): number => text.split(':\n\n').length - 1;
    const events = await subscribe();
    await events.until((all) => beats(all) === 1);
    for (const count of [2, 3, 4]) {
      vi.advanceTimersByTime(11_999);
      await api.served.post(HEAD);
      expect(beats(events)).toBe(count - 1);
      vi.advanceTimersByTime(1);
      await events.until((all) => beats(all) === count);
    }
    expect(events.told).toEqual([]);
    events.leave();
    await api.readers(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('whose client goes away frees its source within a second', async () => {
    const events = await subscribe();
    await api.readers(1);
    const start = systemClock.monotonic();
    events.leave();
    await api.readers(0);
    expect(systemClock.monotonic() - start).toBeLessThan(1_000);
    expect(api.served.wakes.listeners()).toBe(0);
  });

  it('whose client goes away while it is prepared leaves nothing behind', async () => {
    holdIntervals();
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const restore = api.onReads(async (sql) => {
      if (!sql.includes('feed')) return;
      reached.resolve();
      await gate.promise;
    });
    const gone = new AbortController();
    const asked = ask({ query: NEW }, {}, gone.signal);
    await reached.promise;
    gone.abort();
    await expect(asked).rejects.toThrow();
    restore();
    gate.resolve();
    for (let i = 0; i < 20; i += 1) await api.served.post(HEAD);
    expect([api.served.transport.feeds.readers, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('is one of those that an address may hold, however it is asked for', async () => {
    const open = [await subscribe(), await subscribe(), await subscribe()];
    await api.readers(3);
    const fourth = await subscribe();
    expect(fourth.status).toBe(429);
    for (const accept of ['*/*', 'text/*', 'TEXT/EVENT-STREAM', 'text/ event-stream', 'application/json', '']) {
      const { status } = await rawRequest(api.served.url, {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${api.served.token}`, accept },
        body: JSON.stringify({ query: NEW }),
      });
      expect([accept, status]).toEqual([accept, accept === 'TEXT/EVENT-STREAM' ? 429 : 406]);
      expect(api.served.transport.feeds.readers).toBe(3);
    }
    for (const one of open) one.leave();
    await api.readers(0);
    const capitals = await subscribe({}, { accept: 'TEXT/EVENT-STREAM' });
    expect(capitals.status).toBe(200);
  });
});

describe('what a page could have a browser send by itself', () => {
  it('an EventSource, which can only GET, is told what to do', async () => {
    const search = `?query=${encodeURIComponent(NEW)}&authorization=${encodeURIComponent(`Bearer ${api.served.token}`)}`;
    const headers = { accept: 'text/event-stream', 'cache-control': 'no-cache', 'last-event-id': 'x' };
    const answer = await rawRequest(api.served.url, { method: 'GET', search, headers });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.text).toContain('x-parley-client');
  });

  it('an operation of another origin’s page is no stream', async () => {
    const events = await subscribe({}, { origin: 'https://foreign.example' });
    await events.ended;
    expect(events.status).toBe(403);
    expect(events.text).toContain('PARLEY_ALLOWED_ORIGINS');
    expect(events.headers['access-control-allow-origin']).toBeUndefined();
    expect(api.served.transport.feeds.readers).toBe(0);
  });
});
