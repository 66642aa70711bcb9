import { describe, expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import type { PageKey } from '../../src/providers/contract.ts';
import { lavanda } from '../../src/providers/lavanda/index.ts';
import type { LavandaSwitches } from '../../src/providers/lavanda/simulator-switches.ts';
import { providers } from '../../src/providers/registry.ts';
import { type Bench, callOf, openBench, subjectOf } from '../contract/bench.ts';
import { everythingTold, everythingTrue, truthfully } from '../contract/truth.ts';
import { discover, hear, keysOf, messagesIn, readBack, valueIn } from '../contract/walking.ts';

const module = providers.find(({ id }) => id === lavanda.id);
if (!module) throw new Error('the provider is not registered');
const subject = await subjectOf(module);

function open(switches: Partial<LavandaSwitches> = {}, size = 0): Bench {
  return openBench(subject, { size, switches });
}

/** A long conversation and nothing else. */
async function openThread(switches: Partial<LavandaSwitches>, messages: number) {
  const bench = open(switches);
  const createdAt = new Date(bench.clock.now().getTime() - 30 * 86_400_000);
  const truth = bench.simulator.addConversation({ createdAt, messages });
  const [conversation] = await keysOf(bench);
  if (!conversation) throw new Error('there is no conversation');
  const newest: PageKey = { conversation, older: null };
  const read = async (page: PageKey) => valueIn((await bench.adapter.messages([page], callOf()))[0]);
  return { ...bench, truth, conversation, newest, read };
}

const orders = ['desc', 'asc'] as const;
const shapes = ['connection', 'list'] as const;

describe('a conversation that comes, goes or moves', () => {
  it('is not there at first, and is found when its booking gets one', async () => {
    for (const notFound of ['null', 'error'] as const) {
      const { adapter, simulator, clock } = open({ notFound });
      const { externalId } = simulator.addBooking({ conversation: { afterMs: 60_000 }, messages: 3 });
      const glance = async () => hear((await adapter.glance?.(callOf())) ?? []);
      const first = await glance();
      expect([[...first.bookings.keys()], first.conversations.size]).toEqual([[externalId], 0]);
      clock.advance(60_000);
      expect([...(await glance()).conversations.keys()]).toEqual(
        everythingTrue(simulator).map((one) => one.externalId),
      );
    }
  });

  it('is one of three in the singular, and each of three in the plural', async () => {
    for (const [conversationField, count] of [['converation', 1] as const, ['conversations', 3] as const]) {
      for (const conversationsShape of ['list', 'connection'] as const) {
        const bench = open({ conversationField, conversationsShape });
        bench.simulator.addBooking({ guests: 3, messages: 4 });
        const told = await everythingTold(bench);
        expect(told).toHaveLength(count);
        expect(told).toEqual(everythingTrue(bench.simulator));
      }
    }
  });

  it.each(['moves', 'shared', 'new'] as const)('is followed when its lead becomes a booking: %s', async (how) => {
    for (const conversationField of ['converation', 'conversations'] as const) {
      const bench = open({ conversationField });
      const { externalId } = bench.simulator.addConversation({ about: 'lead', messages: 5 });
      expect(await everythingTold(bench)).toEqual(everythingTrue(bench.simulator));
      const { id } = bench.simulator.world.convertLead(1, how);
      bench.simulator.guestWrites(how === 'new' ? `cv_${9001}` : externalId, 'We have booked!');
      expect(await everythingTold(bench)).toEqual(everythingTrue(bench.simulator));
      const booking = [...(await discover(bench.adapter)).conversations.values()].find((one) => one.booking !== null);
      expect(booking?.booking).toBe(`bk_${7000 + id}`);
      expect(booking?.externalId === externalId).toBe(how !== 'new');
    }
  });

  it('that has moved is no longer found where it was, and is where its booking is', async () => {
    const bench = open();
    bench.simulator.addConversation({ about: 'lead', messages: 5 });
    const before = await keysOf(bench);
    bench.simulator.world.convertLead(1, 'moves');
    const after = await keysOf(bench);
    const slots = await bench.adapter.conversations([...before, ...after], callOf());
    expect(slots[0]).toEqual({ ok: true, value: null });
    expect(valueIn(slots[1]).externalId).toBe(before[0]?.externalId);
  });

  it('is gone with its guest, and nothing is sent there', async () => {
    for (const notFound of ['null', 'error'] as const) {
      const bench = await openThread({ notFound }, 3);
      bench.simulator.removeConversation(bench.truth.externalId);
      expect(await bench.adapter.conversations([bench.conversation], callOf())).toEqual([{ ok: true, value: null }]);
      expect(await everythingTold(bench)).toEqual([]);
      const message = { conversation: bench.conversation, body: 'Hello?', attachments: [] };
      const outcome = await bench.adapter.send(message, callOf());
      expect(outcome.kind).toBe(notFound === 'error' ? 'rejected' : 'unknown');
      expect(bench.simulator.sent).toEqual([]);
    }
  });
});

describe('a token that ends', () => {
  it.each(['http401', 'graphql200'] as const)('in the middle of a thread is mended (%s)', async (authFailureStyle) => {
    for (const messagesShape of shapes) {
      const { read, newest, truth, conversation, simulator } = await openThread(
        { authFailureStyle, messagesShape },
        60,
      );
      simulator.calls.reset();
      const pages = [await read(newest)];
      for (let older = pages[0]?.older ?? null; older !== null; ) {
        simulator.expireTokens?.();
        const page = await read({ conversation, older });
        pages.push(page);
        older = page.older;
      }
      expect(messagesIn(pages).map(truthfully)).toEqual(truth.messages);
      expect(simulator.calls.count({ operation: 'token' })).toBe(pages.length - 1);
    }
  });

  it('by the clock is replaced before it is refused', async () => {
    const { read, newest, simulator, clock } = await openThread({ tokenLifetimeSeconds: 600 }, 5);
    simulator.calls.reset();
    for (let minute = 0; minute < 60; minute += 1) {
      clock.advance(60_000);
      await read(newest);
    }
    expect(simulator.calls.count({ status: 401 })).toBe(0);
    expect(simulator.calls.count({ operation: 'token' })).toBeLessThanOrEqual(7);
  });

  it('because another was handed out is mended, and two who take turns do not hinder each other for good', async () => {
    const bench = await openThread({ revokeOldTokens: true }, 5);
    const other = bench.connect();
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await other.verify(callOf())).identity).not.toBe('');
      expect((await bench.read(bench.newest)).items).toHaveLength(5);
    }
  });
});

describe('a send whose answer is lost', () => {
  it('is unknown, and its echo is in the thread with all that is needed to know it', async () => {
    for (const messagesShape of shapes) {
      const { adapter, conversation, read, newest, simulator } = await openThread({ messagesShape }, 30);
      simulator.faults.next({ kind: 'cut' }, { operation: 'sendMessage' });
      const outcome = await adapter.send({ conversation, body: 'The key is 4711', attachments: [] }, callOf());
      expect(outcome.kind).toBe('unknown');
      const echo = (await read(newest)).items.at(-1);
      expect(echo).toMatchObject({ body: 'The key is 4711', sentBy: 'us', sentAt: expect.any(Date) });
      expect(echo?.externalId).toBe(simulator.sent[0]?.messageExternalId);
    }
  });
});

describe('sixty messages', () => {
  it.each(shapes)('are pages of 25, 25 and 10, newest first page, as %s', async (messagesShape) => {
    for (const order of orders)
      for (const overLimit of ['clamp', 'error'] as const) {
        const bench = await openThread({ messagesShape, order, overLimit }, 60);
        const [pages = []] = await readBack(bench.adapter, [bench.conversation], 25);
        expect(messagesIn(pages).map(truthfully)).toEqual(bench.truth.messages);
        const sizes = pages.map(({ items }) => items.length);
        expect([sizes.length, Math.max(...sizes), sizes.reduce((sum, size) => sum + size, 0)]).toEqual([3, 25, 60]);
      }
  });

  it.each(shapes)('stay sixty when more arrive between two pages, as %s', async (messagesShape) => {
    for (const order of orders) {
      const { read, newest, truth, conversation, simulator, clock } = await openThread({ messagesShape, order }, 60);
      const pages = [await read(newest)];
      for (let older = pages[0]?.older ?? null; older !== null; ) {
        clock.advance(1500);
        simulator.guestWrites(truth.externalId, 'One more thing');
        const page = await read({ conversation, older });
        pages.push(page);
        older = page.older;
      }
      expect(messagesIn(pages).map(truthfully)).toEqual(truth.messages);
      const now = simulator.conversations()[0]?.messages.slice(-10);
      expect((await read(newest)).items.slice(-10).map(truthfully)).toEqual(now);
    }
  });
});

describe('workspaces', () => {
  it('that are churned or for show are left out, and the account is called after the one that is worked in', async () => {
    const bench = open({}, 8);
    expect((await bench.adapter.verify(callOf())).title).toBe('Harbour & Hill Stays');
    expect(await everythingTold(bench)).toEqual(everythingTrue(bench.simulator));
  });

  it('that are named are read, whatever they are, and no others', async () => {
    const bench = openBench(subject, { size: 8, credentials: { workspaceIds: ['43'] } });
    const { world } = bench.simulator;
    const theirs = [...world.conversations.values()].filter(
      ({ subjects: [about] }) => about && world.portfolioOf(about).id === 2,
    );
    const found = [...(await discover(bench.adapter)).conversations.keys()];
    expect(found.sort()).toEqual(theirs.map(({ id }) => `cv_${9000 + id}`).sort());
    expect(found.length).toBeGreaterThan(0);
  });

  it('that are named and cannot be seen are told when the account is connected', async () => {
    const { adapter } = openBench(subject, { size: 0, credentials: { workspaceIds: ['42', '999'] } });
    await expect(adapter.verify(callOf())).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a document that is refused', () => {
  it.each([200, 400] as const)('with status %i fails nobody but whom it concerns', async (errorStatus) => {
    const bench = await openThread({ errorStatus, notFound: 'error' }, 5);
    const stranger = { externalId: brand<never>('cv_1'), address: { booking: 'bk_1' } };
    const slots = await bench.adapter.conversations([stranger, bench.conversation], callOf());
    expect(slots[0]).toEqual({ ok: true, value: null });
    expect(valueIn(slots[1]).externalId).toBe(bench.truth.externalId);
    expect(await bench.adapter.conversations([stranger], callOf())).toEqual([{ ok: true, value: null }]);
  });
});
