import { describe, expect, it } from 'vitest';
import type { ConnectivitySwitches } from './simulator-switches.ts';
import { visit } from './simulator-visitor.ts';

/** A queue of so many messages. */
function queueOf(count: number, switches: Partial<ConnectivitySwitches> = {}) {
  const visitor = visit({ redelivery: 0, ...switches });
  const truth = visitor.simulator.addConversation();
  const ids = Array.from({ length: count }, (_, index) =>
    visitor.simulator.guestWrites(truth.externalId, `Line ${index}`),
  );
  const latest = async () => (await visitor.ask('GET /messages/latest')).body.data;
  const confirm = (query: string) => visitor.ask(`PUT /messages${query}`);
  const shown = async () => (await latest()).messages.map((one: { message_id: string }) => one.message_id);
  return { ...visitor, truth, ids, latest, confirm, shown };
}

describe('the queue', () => {
  it('shows its first hundred, the same again until confirmed, then the next', async () => {
    const { ids, shown, confirm, latest } = queueOf(120);
    expect(await shown()).toEqual(ids.slice(0, 100));
    expect(await shown()).toEqual(ids.slice(0, 100));
    expect((await confirm('?number_of_messages=100')).body.data).toEqual({ ok: true });
    expect(await shown()).toEqual(ids.slice(100));
    expect(await latest()).toMatchObject({ number_of_messages: 20, timestamp: '2026-03-02T09:00:00.25' });
  });

  it('loses what nobody has seen when a confirm is repeated', async () => {
    const { ids, shown, confirm, simulator } = queueOf(2);
    await shown();
    const late = simulator.guestWrites(simulator.conversations()[0]?.externalId ?? '', 'Meanwhile');
    await confirm('?number_of_messages=2');
    expect(simulator.queue.lost()).toEqual([]);
    await confirm('?number_of_messages=2');
    expect(simulator.queue.lost()).toEqual([late]);
    expect(await shown()).toEqual([]);
    expect(ids).toHaveLength(2);
  });

  it('refuses a confirm of nothing, and of more than was read where it is told to', async () => {
    const { confirm, simulator, shown } = queueOf(3, { confirmBeyondRead: 'refuse' });
    await shown();
    for (const query of ['', '?number_of_messages=0', '?number_of_messages=-1']) {
      expect((await confirm(query)).status).toBe(400);
    }
    expect((await confirm('?number_of_messages=4')).status).toBe(400);
    simulator.switches.confirmBeyondRead = 'drop';
    expect((await confirm('?number_of_messages=4')).status).toBe(200);
    expect(simulator.queue.waiting).toBe(0);
  });

  it('may deliver what was confirmed again, within minutes', async () => {
    const { ids, shown, confirm, clock } = queueOf(1, { redelivery: 1 });
    await shown();
    await confirm('?number_of_messages=1');
    expect(await shown()).toEqual([]);
    clock.advance(300_000);
    expect(await shown()).toEqual(ids);
  });

  it('holds both sides, from now on, and is its own for each machine account', async () => {
    const { simulator, shown, truth, ask } = queueOf(1);
    const ours = simulator.hostWritesElsewhere(truth.externalId, 'Ours');
    expect(await shown()).toContain(ours);
    expect((await ask('GET /messages/latest')).body.data.messages[1].sender.metadata.participant_type).toBe('property');
    const { simulator: other, ask: askOther } = visit({}, 4);
    expect(other.conversations().length).toBeGreaterThan(2);
    expect((await askOther('GET /messages/latest')).body.data.messages).toEqual([]);
  });

  it('may hold everything from the start, or be off', async () => {
    const { simulator, ask } = visit({ queueAtStart: 'everything' }, 4);
    const all = simulator.conversations().flatMap(({ messages }) => messages);
    expect((await ask('GET /messages/latest')).body.data.number_of_messages).toBe(Math.min(100, all.length));
    simulator.switches.queueEnabled = false;
    expect((await ask('GET /messages/latest')).status).toBe(403);
    expect((await ask('PUT /messages?number_of_messages=1')).status).toBe(403);
  });

  it('shuffles what arrived within a second where it is told to, and keeps that order', async () => {
    const { ids, shown } = queueOf(20, { queueOrder: 'shuffledWithinSecond' });
    const order = await shown();
    expect(order).not.toEqual(ids);
    expect(order.toSorted()).toEqual(ids.toSorted());
    expect(await shown()).toEqual(order);
  });

  it('tells property, kind and times in each published way', async () => {
    const { ask, simulator, truth } = queueOf(1);
    const first = async () => (await ask('GET /messages/latest')).body.data;
    expect((await first()).messages[0]).toMatchObject({
      timestamp: '2026-03-02T09:00:00.000Z',
      conversation: { property_id: truth.propertyExternalId, conversation_reference: truth.bookingExternalId },
    });
    Object.assign(simulator.switches, {
      queueProperty: 'integer',
      queueTimestamps: 'millisecond',
      queueClock: 'withZone',
    });
    expect(await first()).toMatchObject({
      timestamp: '2026-03-02T09:00:00.250Z',
      messages: [
        { timestamp: '2026-03-02T09:00:00.250Z', conversation: { property_id: Number(truth.propertyExternalId) } },
      ],
    });
    Object.assign(simulator.switches, { queueProperty: 'absent', queuePropertyKind: 'hotel' });
    simulator.hostWritesElsewhere(truth.externalId, 'Ours');
    const [guest, host] = (await first()).messages;
    expect(guest.conversation).not.toHaveProperty('property_id');
    expect(host.sender.metadata.participant_type).toBe('hotel');
  });
});
