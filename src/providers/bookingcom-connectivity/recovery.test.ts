import { expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import type { Pull } from '../contract.ts';
import { call, refused, type Seen, scriptedBooking } from './fixtures/scripted-booking.ts';
import search from './fixtures/search.json' with { type: 'json' };

const DAY_MS = 86_400_000;
const quiet: JsonObject = { ok: true, messages: [], number_of_messages: 0 };

/** An account that nobody looked at for so many days; `result` answers for a job. */
async function away(days: number, result: (seen: Seen, jobs: number) => Response | JsonObject) {
  let jobs = 0;
  const scripted = scriptedBooking((seen) => {
    if (seen.path === '/messages/latest') return quiet;
    if (seen.path === '/messages/search') return { ok: true, job_id: `job-${++jobs}` };
    return result(seen, jobs);
  });
  const from = { pulledAt: new Date(scripted.world.now.getTime() - days * DAY_MS).toISOString() };
  const look = async (checkpoint: Pull['checkpoint']): Promise<Pull> => {
    const pull = await scripted.adapter.pull?.(checkpoint, call);
    if (!pull) throw new Error('there is no queue');
    return pull;
  };
  const searches = () => scripted.seen().filter(({ path }) => path !== '/messages/latest');
  return { ...scripted, look, searches, first: await look(from) };
}

const messages = ({ events }: Pull) => events.filter(({ type }) => type === 'message').length;

test('after an outage what happened meanwhile is searched for, in the background of the queue', async () => {
  let ready = false;
  const { look, first, searches } = await away(1, () => (ready ? search.data : { ok: true, status: 'in_progress' }));
  expect(first.more).toBe(false);
  const waiting = await look(first.checkpoint);
  expect(waiting).toMatchObject({ events: [], more: false });
  ready = true;
  const done = await look(waiting.checkpoint);
  expect(messages(done)).toBe(1);
  await look(done.checkpoint);
  expect(searches().map(({ path }) => path)).toEqual([
    '/messages/search',
    ...['/messages/search/result/job-1', '/messages/search/result/job-1'],
  ]);
  expect(searches()[0]?.query.after).toBe('2026-03-13T09:50:00.000Z');
});

test('an hour without a look is no outage', async () => {
  const { searches } = await away(0.04, () => quiet);
  expect(searches()).toEqual([]);
});

test('every page of a result is read at once, the last one by any of its marks', async () => {
  for (const last of ['', null, undefined]) {
    const { look, first, searches } = await away(1, ({ query }) => {
      const next = query.page_id === undefined ? 'p2' : last;
      const { next_page_id: _, ...rest } = search.data;
      return { ...rest, ...(next !== undefined && { next_page_id: next }) };
    });
    const one = await look(first.checkpoint);
    expect([messages(one), one.more]).toEqual([1, true]);
    const two = await look(one.checkpoint);
    expect([messages(two), two.more]).toEqual([1, false]);
    expect(searches().at(-1)?.query).toEqual({ page_id: 'p2' });
  }
});

test('an outage of more than 90 days takes several searches', async () => {
  const { look, first, searches } = await away(200, () => search.data);
  let at = first;
  for (let turn = 0; turn < 8; turn += 1) at = await look(at.checkpoint);
  const after = searches().flatMap(({ query }) => query.after ?? []);
  expect(after).toEqual(['2025-08-26T09:50:00.000Z', '2025-11-24T09:50:00.000Z', '2026-02-22T09:50:00.000Z']);
  expect(at.checkpoint).toMatchObject({ recovery: null });
});

test('a job that is lost or over is made anew, and in the end given up', async () => {
  for (const status of [404, 410, 400]) {
    const { look, first, searches } = await away(1, () => refused(status));
    let at = first;
    for (let turn = 0; turn < 12; turn += 1) at = await look(at.checkpoint);
    expect(searches().filter(({ path }) => path === '/messages/search')).toHaveLength(4);
    expect(at.checkpoint).toMatchObject({ recovery: null });
  }
  const { look, first, searches, world } = await away(1, () => ({ status: 'in_progress' }));
  world.now = new Date(world.now.getTime() + 2 * DAY_MS);
  await look({ ...first.checkpoint, pulledAt: world.now.toISOString() });
  expect(searches().map(({ path }) => path)).toEqual(['/messages/search', '/messages/search']);
});

test('a search that fails holds up no message, and goes on later', async () => {
  let down = true;
  const { look, first } = await away(1, () => (down ? refused(429) : search.data));
  const failed = await look(first.checkpoint);
  expect(failed).toMatchObject({ events: [], more: false });
  down = false;
  expect(messages(await look(failed.checkpoint))).toBe(1);
});
