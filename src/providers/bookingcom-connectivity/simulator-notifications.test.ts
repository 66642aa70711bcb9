import { describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../lib/clock.ts';
import type { SimulatorFetch } from '../../simulator/host.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';
import { visit } from './simulator-visitor.ts';

/** A partner with a token endpoint and a place to deliver to. */
function partner(switches: Partial<ConnectivitySwitches> = {}) {
  const visitor = visit(switches);
  const truth = visitor.simulator.addConversation();
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they are about.
  const taken: any[] = [];
  const asked: { readonly authorization: string | null; readonly body: string }[] = [];
  const statuses: number[] = [];
  const fetch: SimulatorFetch = async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    const authorization = request.headers.get('authorization');
    if (request.url.endsWith('/token')) {
      asked.push({ authorization, body });
      return Response.json({ access_token: 'partner-token', expires_in: 300, token_type: 'Bearer' });
    }
    if (authorization !== 'Bearer partner-token') return new Response(null, { status: 401 });
    const status = statuses.shift() ?? 204;
    if (status < 300) taken.push(JSON.parse(body));
    return new Response(null, { status });
  };
  const stop = visitor.simulator.deliverWebhooks?.({
    tokenUrl: 'https://us.test/token',
    url: 'https://us.test/in',
    fetch,
  });
  return { ...visitor, truth, taken, asked, statuses, fetch, stop };
}

/** Lets what is under way come to rest. Time stands still meanwhile. */
const rest = async () => {
  for (let turn = 0; turn < 20; turn += 1) await sleep(systemClock, 0);
};

describe('the notification service', () => {
  it('tells every message of either side, with a token of ours that it keeps while it is good', async () => {
    const { simulator, truth, taken, asked, clock, stop } = partner();
    const guest = simulator.guestWrites(truth.externalId, 'Hello');
    await rest();
    const host = simulator.hostWritesElsewhere(truth.externalId, 'Hi');
    await rest();
    expect(taken.map(({ payload }) => payload.message_id)).toEqual([guest, host]);
    expect(taken[0]).toMatchObject({
      metadata: { type: 'MESSAGING_API_NEW_MESSAGE', payloadVersion: '1.0' },
      payload: { attributes: null, reply_to: null, conversation: { property_id: truth.propertyExternalId } },
    });
    expect(taken.map(({ payload }) => payload.sender.metadata.participant_type)).toEqual(['guest', 'hotel']);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.body).toBe(
      'grant_type=client_credentials&client_id=sim-cns-demo&client_secret=sim-cns-secret-demo',
    );
    clock.advance(300_000);
    simulator.guestWrites(truth.externalId, 'Still there?');
    await rest();
    expect(asked).toHaveLength(2);
    stop?.();
    simulator.guestWrites(truth.externalId, 'Nobody listens');
    await rest();
    expect(taken).toHaveLength(3);
  });

  it('tries again, ever more seldom, until it is taken', async () => {
    const { simulator, truth, taken, statuses, clock } = partner();
    statuses.push(500, 503);
    simulator.guestWrites(truth.externalId, 'Hello');
    await rest();
    expect(taken).toHaveLength(0);
    clock.advance(1_000);
    await rest();
    clock.advance(5_000);
    await rest();
    expect(taken).toHaveLength(1);
  });

  it('delivers twice, out of order, or not at all, as the switch says', async () => {
    const uuids = async (deliveries: ConnectivitySwitches['deliveries']) => {
      const { simulator, truth, taken } = partner({ deliveries });
      const written = ['a', 'b', 'c', 'd'].map((body) => simulator.guestWrites(truth.externalId, body));
      await rest();
      return taken.map(({ payload }) => written.indexOf(payload.message_id));
    };
    expect((await uuids('twice')).toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(await uuids('disordered')).toEqual([1, 0, 3, 2]);
    expect(await uuids('dropsSome')).toEqual([0, 1, 3]);
  });

  it('says that a message was judged to be phishing, whose words are then gone everywhere', async () => {
    const { simulator, truth, taken, clock, ask, pathOf } = partner();
    const id = simulator.guestWrites(truth.externalId, 'Pay here');
    simulator.changeMessage(id, { redacted: true });
    clock.advance(0);
    await rest();
    expect(taken.at(-1)).toMatchObject({ metadata: { type: 'ACCSEC_PARTNER_PHISHING' }, payload: { message_id: id } });
    const { messages } = (await ask(`GET ${pathOf(truth)}`, undefined, { version: '1.3' })).body.data.conversation;
    expect(messages).toMatchObject([
      { content: 'This message was deleted', attachment_ids: [], attributes: { is_redacted: true } },
    ]);
  });

  it('makes single deliveries, by Basic until it was given a token', async () => {
    const { simulator, truth, fetch } = partner();
    expect(simulator.webhook({ conversation: truth.externalId })).toBeNull();
    simulator.guestWrites(truth.externalId, 'Hello');
    const basic = `Basic ${Buffer.from('sim-cns-demo:sim-cns-secret-demo').toString('base64')}`;
    const first = simulator.webhook({ conversation: truth.externalId, id: 'one' });
    expect(first?.headers['authorization']).toBe(basic);
    expect(JSON.parse(first?.body ?? '').metadata.uuid).toBe('one');
    await simulator.authorizeWebhooks?.('https://us.test/token', fetch);
    expect(simulator.webhook()?.headers['authorization']).toBe('Bearer partner-token');
    expect(simulator.webhook({ token: 'other' })?.headers['authorization']).toBe('Bearer other');
    expect(simulator.webhook({ secret: 'wrong' })?.headers['authorization']).not.toBe(basic);
  });

  it('asks for its token in each way that there is', async () => {
    const json = partner({ tokenRequest: 'json' });
    await json.simulator.authorizeWebhooks?.('https://us.test/token', json.fetch);
    expect(JSON.parse(json.asked[0]?.body ?? '')).toMatchObject({ grant_type: 'client_credentials' });
    const basic = partner({ tokenRequest: 'basic' });
    await basic.simulator.authorizeWebhooks?.('https://us.test/token', basic.fetch);
    expect(basic.asked[0]).toMatchObject({
      authorization: expect.stringMatching(/^Basic /),
      body: 'grant_type=client_credentials',
    });
  });
});
