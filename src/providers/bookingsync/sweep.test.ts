import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Pull } from '../contract.ts';
import { call, refused, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

type Lists = Record<string, Json[]>;
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const messagesOf = (count: number) => numbers(1, count).map((id) => ({ id, links: { conversation: 70, sender: 61 } }));
/** Conversations that name so many messages in all. */
const conversationsOf = (count: number, messages: number) =>
  numbers(70, count).map((id, index) => ({
    id,
    participants: [],
    links: { messages: index === 0 ? numbers(1, messages) : [] },
  }));
const senders = { id: 61, links: { member: { id: 37, type: 'Client' } } };

/** A provider with these lists, a hundred a page. */
function provider(lists: Lists, change: (seen: Seen) => Response | null = () => null) {
  const script = (seen: Seen): Response | JsonObject => {
    const refusal = change(seen);
    if (refusal) return refusal;
    const name = /^\/(?:inbox\/)?(\w+)$/.exec(seen.path)?.[1];
    if (name === undefined) return { participants: [senders] };
    const all = lists[name] ?? [];
    const page = Number(seen.query.page);
    const pages = String(Math.ceil(all.length / 100));
    return { [name]: all.slice(100 * page - 100, 100 * page), meta: { 'X-Total-Pages': pages } };
  };
  return { lists, ...scriptedBookingsync(script) };
}

type Adapter = ReturnType<typeof provider>['adapter'];
const step = async (adapter: Adapter, from: Checkpoint | null): Promise<Pull> => {
  const pull = await adapter.sweep?.(from, call);
  if (!pull) throw new Error('there is no sweep');
  return pull;
};
const walk = async (adapter: Adapter, between: () => void = () => undefined) => {
  const steps: Pull[] = [];
  for (let from: Checkpoint | null = null; ; between()) {
    const pull = await step(adapter, from);
    steps.push(pull);
    if (!pull.more) return steps;
    from = pull.checkpoint;
  }
};
const pagesOf = ({ seen }: ReturnType<typeof provider>, name: string) =>
  seen.filter(({ path }) => path.endsWith(`/${name}`)).map(({ query }) => Number(query.page));
const messagesIn = (steps: readonly Pull[]): readonly string[] =>
  steps.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'message' ? [event.message.externalId] : [])),
  );
const conversationsIn = (steps: readonly Pull[]): readonly string[] =>
  steps.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'conversation' ? [event.conversation.externalId] : [])),
  );

describe('the walk over everything', () => {
  it('goes over bookings, inquiries, conversations and messages, and says that these were all', async () => {
    const small = provider({
      bookings: [{ id: 900 }],
      inquiries: [{ id: 7 }],
      conversations: conversationsOf(2, 3),
      messages: messagesOf(3),
    });
    const steps = await walk(small.adapter);
    expect(steps.map(({ events }) => [...new Set(events.map(({ type }) => type))])).toEqual([
      ...[['booking'], ['lead'], ['conversation'], ['message']],
    ]);
    expect(steps.map(({ threadsTold }) => threadsTold)).toEqual([undefined, undefined, undefined, true]);
    expect(steps.at(-1)).toMatchObject({ more: false, checkpoint: null });
    const bookings = small.seen.find(({ path }) => path === '/bookings');
    expect(bookings?.query).toMatchObject({ from: '1970-01-01T00:00:00Z', include_canceled: 'true' });
  });

  it('of nothing is four requests', async () => {
    const { adapter, seen } = provider({});
    expect(await walk(adapter)).toHaveLength(4);
    expect(seen).toHaveLength(4);
  });

  it('reads no more pages of messages than there are, the last one first', async () => {
    const large = provider({ conversations: conversationsOf(120, 230), messages: messagesOf(230) });
    const steps = await walk(large.adapter);
    expect(pagesOf(large, 'messages')).toEqual([3, 2, 1]);
    // How many there are is learned from the first page.
    expect(pagesOf(large, 'conversations')).toEqual([1, 2, 1]);
    expect(new Set(messagesIn(steps)).size).toBe(230);
    expect(conversationsIn(steps)).toHaveLength(120);
  });

  it('finds the end of the messages where conversations do not name them, or name others', async () => {
    for (const [named, there, pages] of [
      [0, 230, [1, 3, 2, 1]],
      [230, 130, [3, 2, 1]],
      [130, 230, [2, 3, 2, 1]],
    ] as const) {
      const world = provider({ conversations: conversationsOf(1, named), messages: messagesOf(there) });
      expect(new Set(messagesIn(await walk(world.adapter))).size).toBe(there);
      expect(pagesOf(world, 'messages')).toEqual(pages);
    }
  });

  it('passes nothing over when things are deleted and added under its hands', async () => {
    const world = provider({ conversations: conversationsOf(1, 350), messages: messagesOf(350) });
    const before = world.lists.messages?.map((one) => String((one as { id: number }).id)) ?? [];
    const steps = await walk(world.adapter, () => {
      world.lists.messages?.splice(10, 7);
      world.lists.messages?.push(...messagesOf(400).slice(-5));
    });
    const left = new Set(world.lists.messages?.map((one) => String((one as { id: number }).id)));
    const told = new Set<string>(messagesIn(steps));
    expect(before.filter((id) => left.has(id) && !told.has(id))).toEqual([]);
  });

  it('tells a step again as it was', async () => {
    const { adapter } = provider({ conversations: conversationsOf(120, 230), messages: messagesOf(230) });
    for (let from: Checkpoint | null = null, more = true; more; ) {
      const pull = await step(adapter, from);
      expect(await step(adapter, JSON.parse(JSON.stringify(from)))).toEqual(pull);
      ({ checkpoint: from, more } = pull);
    }
  });

  it('does without bookings and inquiries where the token may not read them, and not without the inbox', async () => {
    const lists = { conversations: conversationsOf(1, 1), messages: messagesOf(1) };
    const without = provider(lists, ({ path }) => (/bookings|inquiries/.test(path) ? refused(403) : null));
    expect(messagesIn(await walk(without.adapter))).toEqual(['1']);
    const closed = provider(lists, ({ path }) => (path.startsWith('/inbox') ? refused(403) : null));
    await expect(walk(closed.adapter)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('begins a list anew where its end is not there any more', async () => {
    const world = provider({ conversations: conversationsOf(1, 230), messages: messagesOf(130) }, ({ path, query }) =>
      path === '/inbox/messages' && query.page === '3' ? refused(404) : null,
    );
    expect(new Set(messagesIn(await walk(world.adapter))).size).toBe(130);
    expect(pagesOf(world, 'messages')).toEqual([3, 1, 2, 1]);
  });

  it('begins anew from a place that it never gave', async () => {
    const { adapter } = provider({ bookings: [{ id: 900 }] });
    for (const made of [{}, { phase: 'moon', page: 1 }, { phase: 'messages', page: 0, seeks: true, messages: 1 }])
      expect((await step(adapter, made)).events).toMatchObject([{ type: 'booking' }]);
  });
});
