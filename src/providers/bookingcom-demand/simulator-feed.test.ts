import { describe, expect, it } from 'vitest';
import type { DemandSwitches } from './simulator-switches.ts';
import { type Answer, visit } from './simulator-visitor.ts';

/** A feed of so many messages, one a second. */
function feedOf(count: number, switches: Partial<DemandSwitches> = {}) {
  const visitor = visit(switches);
  const truth = visitor.simulator.addConversation();
  const ids = Array.from({ length: count }, (_, index) => {
    visitor.clock.advance(1_000);
    return visitor.simulator.guestWrites(truth.externalId, `Line ${index}`);
  });
  const latest = async (version = '3.2'): Promise<Answer['body']> =>
    (await visitor.post('latest', undefined, { version })).body.data.messages;
  const shown = async () => (await latest()).map((one: { id: string }) => one.id);
  const confirm = (messages: unknown, version = '3.2') => visitor.post('latest/confirm', { messages }, { version });
  return { ...visitor, truth, ids, latest, shown, confirm };
}

describe('the feed', () => {
  it('shows the oldest hundred, newest first, until they are confirmed by id', async () => {
    const { ids, shown, confirm } = feedOf(120);
    const first = await shown();
    expect(first).toEqual(ids.slice(0, 100).toReversed());
    expect(await shown()).toEqual(first);
    expect((await confirm(first)).body).toMatchObject({ confirmedMessages: first });
    expect(await shown()).toEqual(ids.slice(100).toReversed());
  });

  it('may come in no order, and hide the oldest', async () => {
    const { ids, shown } = feedOf(120, { feedOrder: 'mixed', feedOverflow: 'newest' });
    const first = await shown();
    expect(first).not.toEqual(first.toSorted());
    expect(first.toSorted()).toEqual(ids.slice(20).toSorted());
  });

  it('holds blank messages and those of our own side, which clog it until they are confirmed too', async () => {
    const { simulator, truth, shown, confirm } = feedOf(0);
    const blank = simulator.guestWrites(truth.externalId, '');
    const own = simulator.hostWritesElsewhere(truth.externalId, 'Ours');
    expect((await shown()).toSorted()).toEqual([blank, own].toSorted());
    await confirm([blank]);
    expect(await shown()).toEqual([own]);
  });

  it('takes a repeated or late confirm without harm, and unknown ids as the switch says', async () => {
    const { ids, confirm, shown, simulator } = feedOf(2);
    await confirm([ids[0]]);
    expect((await confirm([ids[0], 'nothing'])).body.confirmedMessages).toEqual([]);
    expect(await shown()).toEqual([ids[1]]);
    simulator.switches.confirmUnknown = 'refused';
    expect((await confirm([ids[0], ids[1]])).body.errors[0].id).toBe('invalid_parameter');
    expect(await shown()).toEqual([ids[1]]);
    expect((await confirm(undefined)).body.errors[0].id).toBe('missing_parameter');
    expect((await confirm([ids[1]], '3.1')).body).not.toHaveProperty('confirmedMessages');
  });

  it('comes in three shapes', async () => {
    const { simulator, truth, ids, latest } = feedOf(1);
    const about = { accommodation: truth.propertyExternalId, reservation: truth.bookingExternalId };
    const name = simulator.conversations()[0]?.participantName;
    expect(await latest()).toMatchObject([
      {
        id: ids[0],
        conversation: { id: truth.externalId, ...about },
        sender: { participant: expect.any(String), metadata: { type: 'property', name } },
        timestamp: '2026-03-02T09:00:01+00:00',
      },
    ]);
    expect(await latest('3.1')).toMatchObject([
      {
        message_id: ids[0],
        reply_to: null,
        conversation: { id: truth.externalId },
        sender: { participant_id: expect.any(String), metadata: { name } },
        timestamp: '2026-03-02T09:00:01.000Z',
      },
    ]);
    simulator.switches.shapesOn31 = 'guide';
    expect(await latest('3.1')).toMatchObject([
      {
        message: ids[0],
        conversation: { conversation: truth.externalId, ...about },
        sender: { metadata: { id: name } },
        timestamp: '2026-03-02T09:00:01Z',
      },
    ]);
  });

  it('is late, empty for the hasty, or broken, as the switches say', async () => {
    const { simulator, shown, clock, post, truth } = feedOf(0, { feedDelayMs: 5_000, minPollMs: 60_000 });
    simulator.guestWrites(truth.externalId, 'Hello');
    expect(await shown()).toEqual([]);
    clock.advance(10_000);
    expect(await shown()).toEqual([]);
    clock.advance(60_000);
    expect(await shown()).toHaveLength(1);
    simulator.switches.onboarded = false;
    expect((await post('latest')).status).toBe(500);
    expect((await post('latest/confirm', { messages: [] })).status).toBe(500);
  });

  it('holds everything there is at the start, or nothing', async () => {
    const { simulator, post } = visit({}, 4);
    const all = simulator.conversations().flatMap(({ messages }) => messages);
    expect(simulator.feed.waiting).toBe(all.length);
    expect((await post('latest')).body.data.messages).toHaveLength(Math.min(100, all.length));
    expect(visit({ feedAtStart: 'nothing' }, 4).simulator.feed.waiting).toBe(0);
  });
});
