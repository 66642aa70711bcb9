import { describe, expect, test } from 'vitest';
import type { DemandSwitches } from '../../src/providers/bookingcom-demand/simulator-switches.ts';
import {
  call,
  dayMs,
  drain,
  firstIn,
  keyOf,
  messagesIn,
  pullOnce,
  readBack,
  saidBy,
  truthIn,
  type Version,
  valueIn,
  visit,
} from './demand-visit.ts';

/** Every switch that reading may depend on, in each position. */
const positions: Partial<{ readonly [Name in keyof DemandSwitches]: readonly DemandSwitches[Name][] }> = {
  feedOrder: ['newestFirst', 'mixed'],
  feedOverflow: ['oldest', 'newest'],
  shapesOn31: ['reference', 'guide'],
  idTypes: ['lenient', 'strict'],
  unknownParameters: ['refused', 'ignored'],
  confirmUnknown: ['ignored', 'refused'],
  unknownConversation: ['empty', 404, 400],
};
const versions: readonly Version[] = ['3.1', '3.2', '3.3'];

const each = Object.entries(positions).flatMap(([name, values]) =>
  values.flatMap((value) => versions.map((version) => ({ version, switches: { [name]: value } }))),
);
/** What the feed depends on most, in every combination. */
const combined = (['newestFirst', 'mixed'] as const).flatMap((feedOrder) =>
  (['oldest', 'newest'] as const).flatMap((feedOverflow) =>
    (['reference', 'guide'] as const).flatMap((shapesOn31) =>
      versions.map((version) => ({ version, switches: { feedOrder, feedOverflow, shapesOn31 } })),
    ),
  ),
);

describe.each([...each, ...combined])('on $version with $switches', ({ version, switches }) => {
  test('everything that waits is told once, each message in its conversation, and nothing waits after that', async () => {
    const { adapter, simulator } = visit(switches, { version });
    simulator.addConversation({ createdAt: new Date('2026-02-01T09:00:00Z'), messages: 230 });
    expect(simulator.feed.waiting).toBeGreaterThan(200);
    const { events } = await drain(adapter);
    const byId = (a: { externalId: string }, b: { externalId: string }) => (a.externalId < b.externalId ? -1 : 1);
    const truth = simulator.conversations().flatMap(truthIn);
    expect(messagesIn(events).toSorted(byId)).toEqual(truth.toSorted(byId));
    expect(events.filter(({ type }) => type === 'unreadable')).toEqual([]);
    expect(simulator.feed.waiting).toBe(0);
  });

  test('conversations are told with booking, property and how to reach them, and read whole', async () => {
    const { adapter, simulator } = visit(switches, { version });
    const { events } = await drain(adapter);
    // One without a message is in no feed.
    for (const truth of simulator.conversations().filter(({ messages }) => messages.length > 0)) {
      const told = events.findLast(
        (one) => one.type === 'conversation' && one.conversation.externalId === truth.externalId,
      );
      const of = told?.type === 'conversation' ? told.conversation : null;
      expect(of).toMatchObject({ booking: truth.bookingExternalId, address: keyOf(truth).address, lead: null });
      const [slot] = await adapter.conversations([{ externalId: null, address: of?.address ?? {} }], call);
      expect(valueIn(slot).externalId).toBe(truth.externalId);
      const messages = await readBack(adapter, keyOf(truth));
      expect(messages.map((one) => ({ conversation: truth.externalId, ...saidBy(one) }))).toEqual(truthIn(truth));
    }
  });

  test('a property is known by name from what it wrote', async () => {
    const { adapter, simulator } = visit(switches, { version });
    const names = new Map<string, string | null>();
    for (const event of (await drain(adapter)).events) {
      if (event.type !== 'conversation' || !event.conversation.participant) continue;
      names.set(event.conversation.externalId, event.conversation.participant.name);
    }
    const written = simulator.conversations().filter(({ participantName }) => participantName !== null);
    expect(written.length).toBeGreaterThan(0);
    expect(written.map(({ externalId }) => names.get(externalId))).toEqual(written.map((one) => one.participantName));
  });

  test('a conversation that is not there is none, and its neighbour is read', async () => {
    const there = visit(switches, { version });
    const truth = firstIn(there);
    const gone = there.simulator.addConversation();
    there.simulator.removeConversation(gone.externalId);
    const [none, found] = await there.adapter.conversations([keyOf(gone), keyOf(truth)], call);
    if (none?.ok) expect(none.value).toBeNull();
    else expect(['not-found', 'invalid']).toContain(none?.error.kind);
    expect(valueIn(found).externalId).toBe(truth.externalId);
  });
});

describe('the feed', () => {
  test('tells the same again until it is confirmed, and loses nothing that came between', async () => {
    for (const confirmUnknown of ['ignored', 'refused'] as const) {
      const there = visit({ confirmUnknown });
      const { checkpoint } = await drain(there.adapter);
      const { externalId } = firstIn(there);
      const first = there.simulator.guestWrites(externalId, 'First');
      const pull = await pullOnce(there.adapter, checkpoint);
      expect(await pullOnce(there.adapter, checkpoint)).toEqual(pull);
      const second = there.simulator.hostWritesElsewhere(externalId, 'Second');
      if (pull.receipt) await there.adapter.confirm?.(pull.receipt, call);
      const rest = messagesIn((await drain(there.adapter, pull.checkpoint)).events);
      expect([messagesIn(pull.events), rest]).toMatchObject([
        [{ externalId: first, sentBy: 'participant' }],
        [{ externalId: second, sentBy: 'us' }],
      ]);
    }
  });

  test('is confirmed to its end after a confirm whose answer was lost', async () => {
    for (const confirmUnknown of ['ignored', 'refused'] as const) {
      const { adapter, simulator } = visit({ confirmUnknown });
      const pull = await pullOnce(adapter);
      simulator.faults.next({ kind: 'cut' }, { operation: 'confirm' });
      const lost = pull.receipt && adapter.confirm?.(pull.receipt, call);
      await expect(lost).rejects.toMatchObject({ kind: 'unavailable', noEffect: false });
      await drain(adapter, pull.checkpoint);
      expect(simulator.feed.waiting).toBe(0);
    }
  });

  test('that refuses a receipt given back a second time says so, and changes nothing', async () => {
    const { adapter, simulator } = visit({ confirmUnknown: 'refused' });
    const { receipt } = await pullOnce(adapter);
    if (!receipt) throw new Error('nothing waits');
    await adapter.confirm?.(receipt, call);
    const left = simulator.feed.waiting;
    await expect(adapter.confirm?.(receipt, call)).rejects.toMatchObject({ kind: 'invalid', noEffect: true });
    expect(simulator.feed.waiting).toBe(left);
  });

  test('is not clogged by blank messages and own ones', async () => {
    const there = visit({ feedAtStart: 'nothing' });
    const { externalId } = firstIn(there);
    for (let index = 0; index < 120; index += 1)
      there.simulator.hostWritesElsewhere(externalId, index % 2 ? '' : 'Ours');
    const news = there.simulator.guestWrites(externalId, 'Behind all of these');
    expect(messagesIn((await drain(there.adapter)).events).at(-1)?.externalId).toBe(news);
    expect(there.simulator.feed.waiting).toBe(0);
  });

  test('that is late or held back is empty, and told in full later', async () => {
    const there = visit({ feedAtStart: 'nothing', feedDelayMs: 5_000, minPollMs: 60_000 });
    const news = there.simulator.guestWrites(firstIn(there).externalId, 'Soon');
    const { events, checkpoint } = await drain(there.adapter);
    expect(events).toEqual([]);
    there.clock.advance(30_000);
    expect((await drain(there.adapter, checkpoint)).events).toEqual([]);
    there.clock.advance(60_000);
    expect(messagesIn((await drain(there.adapter, checkpoint)).events)).toMatchObject([{ externalId: news }]);
  });
});

describe('an account', () => {
  test('is proved by one request that takes nothing from the feed', async () => {
    const { adapter, simulator } = visit({});
    const before = simulator.feed.waiting;
    expect((await adapter.verify(call)).identity).toBe(simulator.credentials['affiliateId']);
    expect(simulator.calls.count()).toBe(1);
    expect(simulator.feed.waiting).toBe(before);
  });

  test('with a wrong key is refused as such', async () => {
    await expect(visit({}, { bad: true }).adapter.verify(call)).rejects.toMatchObject({ kind: 'auth' });
  });

  test('that was not set up for messaging is told so, and may read threads all the same', async () => {
    const there = visit({ onboarded: false });
    const failure = { kind: 'unavailable', detail: expect.stringContaining('onboarded') };
    await expect(there.adapter.verify(call)).rejects.toMatchObject(failure);
    await expect(there.adapter.pull?.(null, call)).rejects.toMatchObject(failure);
    await expect(there.adapter.confirm?.({ head: null, messages: [] }, call)).rejects.toMatchObject(failure);
    expect((await readBack(there.adapter, keyOf(firstIn(there)))).length).toBeGreaterThan(0);
  });

  test('that asks too much is told so, and goes on a minute later', async () => {
    const there = visit({ requestsPerMinute: 3 });
    const ask = () => there.adapter.conversations([keyOf(firstIn(there))], call);
    for (let index = 0; index < 3; index += 1) await ask();
    await expect(ask()).rejects.toMatchObject({ kind: 'rate-limited', noEffect: true });
    there.clock.advance(61_000);
    valueIn((await ask())[0]);
  });

  test('reads conversations until a year after the stay', async () => {
    const there = visit({});
    const truth = firstIn(there);
    there.clock.advance(700 * dayMs);
    expect(await there.adapter.conversations([keyOf(truth)], call)).toEqual([{ ok: true, value: null }]);
  });
});
