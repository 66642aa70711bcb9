import { describe, expect, it } from 'vitest';
import { bookingsync } from '../../src/providers/bookingsync/index.ts';
import type { BookingsyncSimulator } from '../../src/providers/bookingsync/simulator.ts';
import type { BookingsyncSwitches } from '../../src/providers/bookingsync/simulator-switches.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import { callOf, openBench, subjectOf } from '../contract/bench.ts';
import { everythingTold, everythingTrue } from '../contract/truth.ts';
import { discover, hear, keysOf, pulling, walk } from '../contract/walking.ts';

/*
 * What BookingSync's papers leave open, either way: whichever it is, what is told is what is true.
 */

const subject = await subjectOf(bookingsync as ProviderModule);

function open(switches: Partial<BookingsyncSwitches> = {}, size = 20) {
  const bench = openBench(subject, { size, switches });
  return { ...bench, simulator: bench.simulator as BookingsyncSimulator };
}

describe('everything is found, as it is,', () => {
  const settings: readonly (readonly [string, Partial<BookingsyncSwitches>])[] = [
    ['where conversations have no host', { hostParticipant: 'missing' }],
    ['where a host takes part several times', { hostParticipant: 'duplicate' }],
    [
      'where conversations name no channel, and creators stand in their links',
      { defaultChannel: 'null', createdBy: 'links' },
    ],
    ['where messages carry no time of sending', { sentAt: 'null' }],
    ['where what is not there is told by a web page', { notFound: 'html' }],
    ['where no include is obeyed', { ignoreInclude: true }],
    ['where conversations do not bring their messages', { includeMessages: false }],
    ['where channels are of a kind that nobody knows', { unknownChannel: 'pigeon' }],
    ['where a new message does not move its conversation', { messageBumpsConversation: false }],
    ['where an hour has other than a thousand requests', { rateLimit: 100_000 }],
    ['where old refresh tokens are refused at once', { oldRefreshToken: 'never' }],
  ];
  for (const [title, switches] of settings)
    it(title, async () => {
      const bench = open(switches);
      const [told, truth] = [await everythingTold(bench), everythingTrue(bench.simulator)];
      // A time that is not told is the time of entry, in the truth as well as here.
      expect(told).toEqual(truth);
    });

  it('but for names, where guests may not be read', async () => {
    const scopes = ['public', 'inbox_read', 'inbox_write', 'bookings_read'];
    const { conversations } = await discover(open({ scopes }).adapter);
    expect(conversations.size).toBeGreaterThan(0);
    for (const { participant } of conversations.values())
      expect(participant).toMatchObject({ name: 'Guest', email: null });
  });

  it('with bookings that were cancelled, and those of which only the public part is told', async () => {
    const { adapter, simulator } = open({ bookingsScope: 'public' });
    const { conversations } = await discover(adapter);
    expect([...conversations.keys()].sort()).toEqual(
      simulator
        .conversations()
        .map((one) => one.externalId)
        .sort(),
    );
  });
});

describe('changes are heard of', () => {
  const caughtUp = async (switches: Partial<BookingsyncSwitches> = {}) => {
    const bench = open(switches);
    const keys = await keysOf(bench);
    const steps = await walk(pulling(bench.adapter));
    bench.clock.advance(120_000);
    return { ...bench, keys, checkpoint: steps.at(-1)?.pull.checkpoint ?? null };
  };

  it('by the ids of messages that were taken out', async () => {
    const { adapter, simulator, checkpoint } = await caughtUp();
    const message = simulator.conversations().find((one) => one.messages.length > 1)?.messages[0]?.externalId ?? '';
    simulator.removeMessage(message);
    const events = (await walk(pulling(adapter), checkpoint)).flatMap(({ pull }) => pull.events);
    expect(events).toContainEqual({ type: 'message-removed', message });
  });

  it('whole, also where rows go while pages are read', async () => {
    const { adapter, simulator, clock, checkpoint } = await caughtUp();
    const threads = simulator.conversations().map((one) => one.externalId);
    const written = Array.from({ length: 350 }, (_, index) =>
      simulator.guestWrites(threads[index % threads.length] ?? '', `Word ${index}`),
    );
    let step = 0;
    const steps = await walk(async (from) => {
      const pull = await adapter.pull?.(from, callOf());
      if (!pull) throw new Error('there is no feed');
      const gone = written[step];
      step += 1;
      if (gone !== undefined && step < 4) simulator.removeMessage(gone);
      clock.advance(100);
      return pull;
    }, checkpoint);
    const heard = new Set(
      [...hear(steps.flatMap(({ pull }) => pull.events)).messages.values()].flat().map((one) => one.externalId),
    );
    expect(written.slice(3).filter((id) => !heard.has(id as never))).toEqual([]);
  });

  it('when they become visible later than they are dated', async () => {
    const { adapter, simulator, clock, keys, checkpoint } = await caughtUp({ visibleAfterMs: 30_000 });
    const thread = keys[0]?.externalId ?? '';
    const message = simulator.guestWrites(thread, 'Dated now, seen later');
    const first = await walk(pulling(adapter), checkpoint);
    clock.advance(45_000);
    const second = await walk(pulling(adapter), first.at(-1)?.pull.checkpoint ?? null);
    const heard = hear(second.flatMap(({ pull }) => pull.events)).messages.get(thread) ?? [];
    expect(heard.map(({ externalId }) => externalId)).toContain(message);
  });
});

describe('a send', () => {
  it('names a channel that the conversation itself does not, from who made it', async () => {
    const bench = open({ defaultChannel: 'null' });
    const [key] = await keysOf(bench);
    if (!key) throw new Error('there is no conversation');
    expect((await bench.adapter.send({ conversation: key, body: 'Hello', attachments: [] }, callOf())).kind).toBe(
      'accepted',
    );
    expect(bench.simulator.warnings).toEqual([]);
  });

  it('is refused where a token has no right to write, and where the account has left', async () => {
    const bench = open();
    const [key] = await keysOf(bench);
    if (!key) throw new Error('there is no conversation');
    const send = () => bench.adapter.send({ conversation: key, body: 'Hello', attachments: [] }, callOf());
    bench.simulator.switches.scopes = ['public', 'inbox_read'];
    bench.simulator.expireTokens?.();
    expect(await send()).toMatchObject({ kind: 'rejected', error: { kind: 'forbidden', noEffect: true } });
    bench.simulator.revoke();
    expect(await send()).toMatchObject({ kind: 'rejected', error: { kind: 'auth', noEffect: true } });
    expect(bench.simulator.sent).toEqual([]);
  });
});
