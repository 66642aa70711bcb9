import { describe, expect, it } from 'vitest';
import type { SignedDelivery } from '../../src/simulator/contract.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf, rowCounts } from '../helpers/desk.ts';

async function desk() {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  await t.connect();
  await t.pass(5_000);
  t.simulator().guestWrites(externalId, 'Hello?');
  t.simulator().calls.reset();
  const genuine = t.simulator().webhook();
  if (!genuine) throw new Error('no webhooks');
  return { t, genuine };
}

async function deliver(t: TestApp, delivery: Partial<SignedDelivery>, path = 'lavanda', method = 'POST') {
  const init = method === 'POST' ? { method, ...delivery } : { method };
  const { status } = await t.app.fetch(new Request(`http://parley.test/webhooks/${path}`, init));
  await t.settle();
  return status;
}

const newest = async (t: TestApp) => (await inboxOf(t))[0]?.messages.nodes[0]?.body;

describe('a webhook delivery', () => {
  it('that is genuine is a hint: the account is looked at now, and what is new is shown', async () => {
    const { t, genuine } = await desk();
    expect(await newest(t)).toBeUndefined();
    expect(await deliver(t, genuine)).toBe(200);
    expect(await newest(t)).toBe('Hello?');
  });

  it('repeated by the provider has one effect', async () => {
    const { t, genuine } = await desk();
    await deliver(t, genuine);
    const looked = t.simulator().calls.count();
    const before = await rowCounts(t);
    for (let i = 0; i < 3; i += 1) expect(await deliver(t, genuine)).toBe(200);
    expect(t.simulator().calls.count()).toBe(looked);
    expect(await rowCounts(t)).toEqual(before);
  });

  it.each<[string, (t: TestApp, genuine: SignedDelivery) => Partial<SignedDelivery> | null]>([
    ['signed with another secret', (t) => t.simulator().webhook({ secret: 'whsec_bm90IHRoZSBzZWNyZXQgYXQgYWxs' })],
    ['with a changed body', (_, { headers, body }) => ({ headers, body: body.replace('v1.', 'v2.') })],
    ['without a signature', (_, { body }) => ({ body, headers: { 'content-type': 'application/json' } })],
    ['six minutes old', (t) => t.simulator().webhook({ at: new Date(t.clock.now().getTime() - 360_000) })],
    ['of the future', (t) => t.simulator().webhook({ at: new Date(t.clock.now().getTime() + 360_000) })],
    ['without a body', (_, { headers }) => ({ headers, body: '' })],
  ])('%s is refused, and nothing comes of it', async (_title, forge) => {
    const { t, genuine } = await desk();
    const before = await rowCounts(t);
    expect(await deliver(t, forge(t, genuine) ?? {})).toBe(401);
    expect(t.simulator().calls.entries).toEqual([]);
    expect(await rowCounts(t)).toEqual(before);
    expect(await newest(t)).toBeUndefined();
  });

  it('that is too large is not read to its end, also where it does not say how large it is', async () => {
    const { t, genuine } = await desk();
    const body = 'x'.repeat(300_000);
    expect(await deliver(t, { headers: genuine.headers, body })).toBe(413);
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as const;
    const { status } = await t.app.fetch(new Request('http://parley.test/webhooks/lavanda', init));
    expect(status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it('for a provider that is not there, or by another method, is not found', async () => {
    const { t, genuine } = await desk();
    expect(await deliver(t, genuine, 'nobody')).toBe(404);
    expect(await deliver(t, genuine, '../lavanda')).toBe(404);
    expect(await deliver(t, genuine, 'lavanda', 'GET')).toBe(404);
  });

  it('during an outage of the provider is remembered by the next look', async () => {
    const { t, genuine } = await desk();
    t.simulator().faults.always({ kind: 'status', status: 503 });
    expect(await deliver(t, genuine)).toBe(200);
    t.simulator().faults.clear();
    await t.pass(31_000);
    expect(await newest(t)).toBe('Hello?');
  });
});
