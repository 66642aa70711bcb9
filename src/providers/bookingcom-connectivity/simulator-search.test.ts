import { describe, expect, it } from 'vitest';
import type { ConnectivitySwitches } from './simulator-switches.ts';
import { type Answer, visit } from './simulator-visitor.ts';

const day = 86_400_000;

function searching(switches: Partial<ConnectivitySwitches> = {}) {
  const visitor = visit(switches);
  const { clock, simulator, ask } = visitor;
  const createdAt = new Date(clock.now().getTime() - 20 * day);
  const truth = simulator.addConversation({ createdAt, messages: 120 });
  const create = (query: string) => ask(`GET /messages/search${query}`);
  const jobOf = async (query: string) => (await create(query)).body.data.job_id;
  return { ...visitor, truth, create, jobOf };
}

describe('a search', () => {
  it('makes a job each time, which is ready some seconds later and then paged through', async () => {
    const { truth, jobOf, ask, clock } = searching();
    const job = await jobOf('?order_by=asc');
    expect(await jobOf('?order_by=asc')).not.toBe(job);
    const pending = await ask(`GET /messages/search/result/${job}`);
    expect([pending.status, pending.body.data]).toEqual([200, { ok: true, status: 'in_progress' }]);
    clock.advance(4_000);
    const told: string[] = [];
    for (let page = ''; ; ) {
      const { data }: Answer['body'] = (await ask(`GET /messages/search/result/${job}${page}`)).body;
      expect(data.messages.length).toBeLessThanOrEqual(50);
      told.push(...data.messages.map((one: { message_id: string }) => one.message_id));
      if (data.next_page_id === '') break;
      page = `?page_id=${data.next_page_id}`;
    }
    expect(told).toEqual(truth.messages.map(({ externalId }) => externalId));
  });

  it('is good for two days, and says so in a form of its own', async () => {
    const { create, ask, clock, simulator } = searching({ expiredJob: 410, searchPending: 202 });
    const { job_id: job, expires_at: expires } = (await create('?order_by=desc')).body.data;
    expect(expires).toBe('2026-03-04T09:00:00.250Z[GMT]');
    expect((await ask(`GET /messages/search/result/${job}`)).status).toBe(202);
    clock.advance(2 * day + 1);
    expect((await ask(`GET /messages/search/result/${job}`)).status).toBe(410);
    expect((await ask('GET /messages/search/result/none')).status).toBe(simulator.switches.unknownThing);
  });

  it('wants a parameter, times of its own form in the past, and at most ninety days', async () => {
    const { create, simulator } = searching();
    const bad = ['', '?after=2026-01-01', '?after=2027-01-01T00:00:00.000Z', '?order_by=up'];
    for (const query of bad) expect((await create(query)).status).toBe(400);
    const long = '?after=2025-06-01T00:00:00.000Z&before=2026-03-01T00:00:00.000Z';
    expect((await create(long)).status).toBe(400);
    simulator.switches.longSearch = 'clamp';
    expect((await create(long)).status).toBe(200);
    expect((await create('?property_id=1')).status).toBe(403);
  });

  it('finds what lies between its times, both ends included', async () => {
    const { jobOf, ask, clock, truth } = searching();
    const [, second, third] = truth.messages;
    const job = await jobOf(`?after=${second?.sentAt.toISOString()}&before=${third?.sentAt.toISOString()}`);
    clock.advance(10_000);
    const { messages } = (await ask(`GET /messages/search/result/${job}`)).body.data;
    expect(messages).toMatchObject([
      { message_id: second?.externalId, property_id: truth.propertyExternalId },
      { message_id: third?.externalId },
    ]);
    expect(messages[0].sender.metadata.participant_type).toMatch(/hotel|guest/);
  });
});
