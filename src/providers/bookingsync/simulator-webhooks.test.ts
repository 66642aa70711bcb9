import { describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../lib/clock.ts';
import type { SimulatorFetch } from '../../simulator/host.ts';
import type { BookingsyncSwitches } from './simulator-switches.ts';
import { visit } from './simulator-visitor.ts';
import { signDelivery } from './simulator-webhooks.ts';

describe('the signature', () => {
  it('is what the vendor publishes, in both forms', () => {
    const secret = 'demo-application-secret';
    const event = '{"account_id":11,"event":"inbox_message_created","resource":{"message":{"id":501}}}';
    const vectors = [
      ['foo', 'a8886a3565d9bd93afbc2a023df54e9e55f12d84', 'a73b4422f5bdaa3e7af51aed92245316d208aa2e'],
      ['x'.repeat(46), 'd5d64d4448e19627d282cb44b5343f20b0153321', '994b99692ac034595556228c912bae5b2aa1b1a7'],
      [event, 'd1d3304a98398af4b6b0dd274c4dfd7634d14cfd', '3280687a9f9735f4faead210462731cee3bbd6a0'],
    ] as const;
    for (const [body, wrapped, strict] of vectors) {
      expect(signDelivery(body, secret, 'wrapped60')).toBe(wrapped);
      expect(signDelivery(body, secret, 'strict')).toBe(strict);
    }
  });
});

describe('one delivery', () => {
  it('tells of the newest message of a conversation, signed with the client secret', () => {
    const { simulator } = visit();
    const { externalId } = simulator.addConversation({ platform: 'Airbnb' });
    simulator.guestWrites(externalId, 'Hello');
    const id = simulator.guestWrites(externalId, 'Is parking included?');
    const { headers, body } = simulator.webhook({ conversation: externalId }) ?? { headers: {}, body: '' };
    const { resource, ...rest } = JSON.parse(body);
    expect(rest).toEqual({ account_id: Number(simulator.accountId), event: 'inbox_message_created' });
    expect(resource.links['message.conversation']).toBe(
      'https://www.bookingsync.com/api/v3/inbox/conversations/{message.conversation}',
    );
    expect(resource.message).toMatchObject({ id: Number(id), content: 'Is parking included?', links: { sender: 61 } });
    const secret = String(simulator.credentials['clientSecret']);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'BookingSync Webhook Delivery',
      'x-content-signature': signDelivery(body, secret, 'wrapped60'),
    });
    simulator.switches.webhookSignature = 'strict';
    expect(simulator.webhook()?.headers['x-content-signature']).toBe(signDelivery(body, secret, 'strict'));
    expect(simulator.webhook({ secret: 'other' })?.headers['x-content-signature']).toBe(
      signDelivery(body, 'other', 'strict'),
    );
  });

  it('tells of a conversation where nobody has written, and of nothing where there is nothing', () => {
    const { simulator } = visit();
    expect(simulator.webhook()).toBeNull();
    const { externalId } = simulator.addConversation();
    const told = JSON.parse(simulator.webhook({ conversation: externalId })?.body ?? '');
    expect([told.event, told.resource.conversation.id]).toEqual(['inbox_conversation_created', Number(externalId)]);
  });
});

/** An endpoint that writes down what it is told, and refuses so many at first. */
function endpoint(switches: Partial<BookingsyncSwitches> = {}, refusals = 0) {
  const visited = visit(switches);
  const { externalId } = visited.simulator.addConversation();
  const told: string[] = [];
  let left = refusals;
  const fetch: SimulatorFetch = async (input, init) => {
    const { event, resource } = await new Request(input, init).json();
    told.push(`${event.replace('inbox_', '')} ${(resource.message ?? resource.conversation).id}`);
    left -= 1;
    return new Response(null, { status: left >= 0 ? 503 : 204 });
  };
  const url = 'https://parley.test/webhooks/bookingsync';
  const stop = visited.simulator.deliverWebhooks?.({ url, tokenUrl: '', fetch }) ?? (() => undefined);
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await sleep(systemClock, 0);
  };
  visited.clock.advance(1000);
  return { ...visited, told, stop, settle, thread: externalId };
}

describe('deliveries', () => {
  it('are made of whatever happens, until they are stopped', async () => {
    const { simulator, told, stop, settle, thread, clock } = endpoint();
    const one = simulator.guestWrites(thread, 'Hello');
    clock.advance(1000);
    simulator.changeMessage(one, { body: 'Hello!' });
    const other = simulator.addConversation({ messages: 0 }).externalId;
    await settle();
    expect(told).toEqual([
      ...[`message_created ${one}`, `conversation_updated ${thread}`, `message_updated ${one}`],
      `conversation_created ${other}`,
    ]);
    stop();
    simulator.guestWrites(thread, 'Anybody?');
    await settle();
    expect(told).toHaveLength(4);
  });

  it('are made of our own messages as well, or are not', async () => {
    for (const selfWebhooks of [true, false]) {
      const { simulator, told, settle, ask, letter } = endpoint({ selfWebhooks });
      const [truth] = simulator.conversations();
      if (truth) await ask('POST /inbox/messages', { messages: [letter(truth)] });
      await settle();
      expect(told.includes('message_created 501')).toBe(selfWebhooks);
    }
  });

  it('come in disorder, twice, late or not at all, as the switches say', async () => {
    const webhookEvents = ['inbox_message_created'];
    const written = async (switches: Partial<BookingsyncSwitches>) => {
      const { simulator, told, settle, thread, clock } = endpoint({ webhookEvents, ...switches });
      for (let count = 0; count < 4; count += 1) simulator.guestWrites(thread, `Message ${count}`);
      await settle();
      const before = told.length;
      clock.advance(60_000);
      await settle();
      return { before, ids: told.map((line) => Number(line.split(' ')[1])) };
    };
    expect((await written({ deliveries: 'disordered' })).ids).toEqual([502, 501, 504, 503]);
    expect((await written({ deliveries: 'twice' })).ids).toEqual([501, 501, 502, 502, 503, 503, 504, 504]);
    expect((await written({ deliveries: 'dropsSome' })).ids).toEqual([501, 502, 504]);
    expect(await written({ webhookDelayMs: 60_000 })).toEqual({ before: 0, ids: [501, 502, 503, 504] });
  });

  it('are tried again after 1, 5 and 30 minutes, or never', async () => {
    const webhookEvents = ['inbox_message_created'];
    for (const [webhookRetries, times] of [['3x', 4] as const, ['none', 1] as const]) {
      const { simulator, told, settle, thread, clock } = endpoint({ webhookEvents, webhookRetries }, 9);
      simulator.guestWrites(thread, 'Hello');
      for (const minutes of [1, 5, 30, 600]) {
        await settle();
        clock.advance(minutes * 60_000);
      }
      await settle();
      expect(told).toHaveLength(times);
    }
  });
});
