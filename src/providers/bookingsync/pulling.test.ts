import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Checkpoint } from '../contract.ts';
import clients from './fixtures/clients.json' with { type: 'json' };
import conversations from './fixtures/conversations.json' with { type: 'json' };
import messages from './fixtures/messages.json' with { type: 'json' };
import { call, listed, only, refused, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

const conversation = only(conversations.conversations);
const message = only(messages.messages);
const fresh = { updated_at: '2026-03-14T10:00:00Z' };
const sender = { id: 61, links: { conversation: 70, member: { id: 37, type: 'Client' } } };
const write = (id: number, more: JsonObject = {}) => ({ ...message, ...fresh, id, sender, ...more });

/** A provider with these lists; a page is whatever `pages` makes of it. */
function provider(world: { conversations?: Json[]; messages?: Json[]; bookings?: Json[]; deleted?: number[] } = {}) {
  const script = ({ path }: Seen): Response | JsonObject => {
    if (path === '/inbox/conversations') return listed('conversations', world.conversations ?? []);
    if (path === '/inbox/messages')
      return listed('messages', world.messages ?? [], { deleted_ids: world.deleted ?? [] });
    if (path === '/bookings') return listed('bookings', world.bookings ?? []);
    return path.startsWith('/clients/') ? clients : listed(path.split('/').at(-2) ?? '', []);
  };
  return { lists: world, script, ...scriptedBookingsync(script) };
}

type Adapter = ReturnType<typeof provider>['adapter'];
const pull = async (adapter: Adapter, from: Checkpoint | null = null) => {
  const told = await adapter.pull?.(from, call);
  if (!told) throw new Error('there is no change feed');
  return {
    ...told,
    ids: told.events.map((event) =>
      'message' in event ? (Object(event.message).externalId ?? event.message) : event.type,
    ),
  };
};

describe('a look', () => {
  it('at nothing new is two requests and one step', async () => {
    const { adapter, seen } = provider();
    const { events, more, receipt } = await pull(adapter);
    expect([events, more, receipt]).toEqual([[], false, null]);
    expect(seen.map(({ path, query }) => [path, query.include])).toEqual([
      ['/inbox/conversations', 'participants'],
      ['/inbox/messages', 'sender'],
    ]);
  });

  it('begins five minutes ago, and goes on from where the last one began, a minute back', async () => {
    const { adapter, seen } = provider();
    const { checkpoint } = await pull(adapter);
    await pull(adapter, checkpoint);
    const since = seen.map(({ query }) => query.updated_since);
    // The second by the provider's clock, which is three seconds before ours.
    expect(since).toEqual([
      ...['2026-03-14T09:54:00Z', '2026-03-14T09:54:00Z'],
      ...['2026-03-14T09:59:03Z', '2026-03-14T09:59:03Z'],
    ]);
  });

  it('tells conversations, messages oldest first, and what was deleted', async () => {
    const { adapter } = provider({
      conversations: [{ ...conversation, ...fresh }],
      messages: [write(503, { sent_at: '2026-03-14T09:59:59Z' }), write(502, { sent_at: '2026-03-14T09:59:58Z' })],
      deleted: [400],
    });
    expect((await pull(adapter)).ids).toEqual(['conversation', '400', '502', '503']);
  });

  it('tells what is shown again once, and once more when anything of it changed', async () => {
    const { adapter, lists, asked } = provider({
      conversations: [{ ...conversation, ...fresh, participants: [sender] }],
      messages: [write(502)],
    });
    const first = await pull(adapter);
    expect(first.ids).toEqual(['conversation', '502']);
    const second = await pull(adapter, first.checkpoint);
    expect(second.ids).toEqual([]);
    expect(asked().filter((one) => one.startsWith('GET /clients'))).toHaveLength(1);
    // Within the same second.
    lists.messages = [write(502, { content: 'Is there parking?' }), write(503)];
    expect((await pull(adapter, second.checkpoint)).ids).toEqual(['502', '503']);
  });

  it('asks for senders that did not come along, and leaves those open who are not there', async () => {
    const { sender: _, ...bare } = write(502);
    const { adapter, asked } = provider({ messages: [bare] });
    expect((await pull(adapter)).events).toMatchObject([{ type: 'message', message: { sentBy: null } }]);
    expect(asked()).toContain('GET /inbox/participants/61');
  });

  it('keeps what it cannot read, and what belongs nowhere, as such', async () => {
    const { adapter } = provider({ messages: [7, { content: 'no id' }, { id: 9, links: null }], conversations: [{}] });
    const { events } = await pull(adapter);
    expect(events.map((event) => event.type === 'unreadable' && event.reason)).toEqual([
      'a conversation without an id',
      ...['a message that is no object', 'a message without an id', 'a message without a conversation'],
    ]);
  });
});

describe('bookings', () => {
  it('are looked at every ten minutes, also those that are over or cancelled', async () => {
    const { adapter, seen } = provider();
    let { checkpoint } = await pull(adapter);
    for (const _ of [1, 2, 3]) {
      // Three minutes pass.
      const booked = new Date(Date.parse(String(checkpoint?.booked)) - 180_000).toISOString();
      ({ checkpoint } = await pull(adapter, { ...checkpoint, booked }));
    }
    const looks = seen.filter(({ path }) => path === '/bookings');
    expect(looks).toHaveLength(1);
    expect(looks[0]?.query).toMatchObject({ from: '1970-01-01T00:00:00Z', include_canceled: 'true' });
  });

  it('are looked at as soon as a new conversation is about one', async () => {
    const begun = { ...conversation, ...fresh, created_at: '2026-03-14T09:59:30Z' };
    const { adapter, asked } = provider({ conversations: [begun] });
    const { checkpoint } = await pull(adapter);
    expect(asked().filter((one) => one === 'GET /bookings')).toHaveLength(1);
    await pull(adapter, checkpoint);
    expect(asked().filter((one) => one === 'GET /bookings')).toHaveLength(1);
  });

  it('that cannot be had keep no message back, and are looked at again', async () => {
    for (const status of [403, 500]) {
      const { script } = provider({ messages: [write(502)] });
      const broken = scriptedBookingsync((seen) => (seen.path === '/bookings' ? refused(status) : script(seen)));
      const booked = '2026-03-14T08:00:00.000Z';
      const { ids, more, checkpoint } = await pull(broken.adapter, { since: booked, booked, seen: [], round: null });
      expect([ids, more]).toEqual([['502'], false]);
      // What is not allowed is not asked for at every look.
      expect(checkpoint?.booked === booked).toBe(status === 500);
    }
  });
});

describe('many pages', () => {
  /** Messages by two a page; a deletion in between is scripted. */
  const paged = (
    all: Json[],
    onPage: (page: number, asks: number) => void = () => undefined,
    deleted: number[] = [],
  ) => {
    let asks = 0;
    return scriptedBookingsync(({ path, query }) => {
      if (path !== '/inbox/messages') return listed(path.split('/').at(-1) ?? '', []);
      const page = Number(query.page);
      asks += 1;
      onPage(page, asks);
      const items = all.slice(2 * page - 2, 2 * page);
      return listed('messages', items, {
        'X-Total-Pages': String(Math.ceil(all.length / 2)),
        deleted_ids: [...deleted],
      });
    });
  };
  const walk = async (adapter: Adapter) => {
    const told: unknown[] = [];
    const steps: number[] = [];
    for (let from: Checkpoint | null = null; ; ) {
      const step = await pull(adapter, from);
      told.push(...step.ids);
      steps.push(step.ids.length);
      from = JSON.parse(JSON.stringify(step.checkpoint));
      if (!step.more) return { told, steps, checkpoint: from };
    }
  };

  it('are a step each, and the next look goes on from the first of them', async () => {
    const { adapter, seen } = paged([1, 2, 3, 4, 5].map((id) => write(id)));
    const { told, steps, checkpoint } = await walk(adapter);
    expect(told).toEqual(['1', '2', '3', '4', '5']);
    expect(steps).toEqual([2, 2, 1]);
    expect(checkpoint?.since).toBe('2026-03-14T10:00:03.000Z');
    expect(new Set(seen.map(({ query }) => query.updated_since)).size).toBe(1);
  });

  it('are read anew where something was deleted meanwhile, so that nothing moves past unseen', async () => {
    const all = [1, 2, 3, 4, 5].map((id) => write(id));
    const deleted: number[] = [];
    const { adapter } = paged(
      all,
      (page, asks) => {
        if (page !== 2 || asks !== 2) return;
        all.splice(0, 1);
        deleted.push(1);
      },
      deleted,
    );
    const { told } = await walk(adapter);
    expect(new Set(told)).toEqual(new Set(['1', '2', '3', '4', '5']));
  });

  it('keep checkpoints small, however much happens at once', async () => {
    const { adapter } = paged(Array.from({ length: 600 }, (_, id) => write(id + 1)));
    for (let from: Checkpoint | null = null, more = true; more; ) {
      ({ checkpoint: from, more } = await pull(adapter, from));
      expect(JSON.stringify(from).length).toBeLessThan(4096);
    }
  });
});
