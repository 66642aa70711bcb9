import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Address } from '../../domain/messaging.ts';
import bookings from './fixtures/bookings.json' with { type: 'json' };
import clients from './fixtures/clients.json' with { type: 'json' };
import conversations from './fixtures/conversations.json' with { type: 'json' };
import { call, listed, only, refused, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

const conversation = only(conversations.conversations);
const client = only(clients.clients);
const booking = only(bookings.bookings);
const guest = { id: 61, links: { conversation: 70, member: { id: 37, type: 'Client' } } };
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const thread = (id: number, messages: readonly number[] | null, more: JsonObject = {}): JsonObject => ({
  ...{ ...conversation, id, participants: [guest], ...more },
  links: { ...(conversation.links as JsonObject), ...(messages ? { messages } : { messages: null }) },
});

/** A provider that has these things, by their ids. */
function provider(things: Record<string, readonly JsonObject[]>, change: (seen: Seen) => Response | null = () => null) {
  return scriptedBookingsync((seen) => {
    const refusal = change(seen);
    if (refusal) return refusal;
    const [, name = '', ids = ''] = /^\/(?:inbox\/)?(\w+)(?:\/(.*))?$/.exec(seen.path) ?? [];
    if (name === 'messages')
      return listed(
        name,
        ids.split(',').map((id): Json => ({ id: Number(id), links: { conversation: 70, sender: 61 } })),
      );
    const found = (things[name] ?? []).filter((one) => ids === '' || ids.split(',').includes(String(one.id)));
    return found.length === 0 ? new Response('<html>', { status: 404 }) : listed(name, found);
  });
}

const key = (id: string | null, address: Address = {}) => ({ externalId: id as never, address });
type Adapter = ReturnType<typeof provider>['adapter'];
const read = async (adapter: Adapter, ...keys: ReturnType<typeof key>[]) =>
  (await adapter.conversations(keys, call)).map((slot) => (slot.ok ? slot.value : slot.error));
const page = async (adapter: Adapter, id: string, older: string | null = null) => {
  const [slot] = await adapter.messages([{ conversation: key(id), older }], call);
  return slot?.ok ? slot.value : Promise.reject(slot?.error);
};

describe('conversations', () => {
  it('are read together, with their newest messages and their guests', async () => {
    const { adapter, asked } = provider({
      conversations: [thread(70, [501, 502]), thread(71, [503])],
      clients: [client],
    });
    const [first, second] = await read(adapter, key('70'), key('71'));
    expect(first).toMatchObject({ participant: { name: 'Mara Lindqvist', email: 'mara@example.test' } });
    expect(second).toMatchObject({ newest: { items: [{ externalId: '503', sentBy: 'participant' }], older: null } });
    expect(asked()).toEqual([
      ...['GET /inbox/conversations/70,71', 'GET /clients/37', 'GET /inbox/messages/501,502,503'],
    ]);
  });

  it("that are not there, or cannot be, are nobody else's matter", async () => {
    const { adapter } = provider({ conversations: [thread(70, [])], clients: [client] });
    const slots = await read(adapter, key('no such'), key('70'), key('99'), key(null, { x: [5] }), key('70'));
    expect(slots.map((one) => one && 'externalId' in one && one.externalId)).toEqual([null, '70', null, null, '70']);
  });

  it('are found by their bookings and inquiries, once there are any', async () => {
    const things = {
      ...{ conversations: [thread(70, [])], clients: [client], inquiries: [{ id: 7, links: { conversation: 70 } }] },
      bookings: [booking, { ...booking, id: 901, links: { conversations: [] } }],
    };
    const { adapter, seen } = provider(things);
    const keys = [{ booking: '900' }, { booking: '901' }, { inquiry: '7' }].map((address) => key(null, address));
    expect((await read(adapter, ...keys)).map((one) => one && 'externalId' in one && one.externalId)).toEqual([
      '70',
      null,
      '70',
    ]);
    expect(seen[0]).toMatchObject({ path: '/bookings/900,901', query: { include_canceled: 'true' } });
  });

  it('name guests whom the token may not see as such, and do not ask again within the hour', async () => {
    const { adapter, asked, world } = provider({ conversations: [thread(70, [])] }, ({ path }) =>
      path.startsWith('/clients') ? refused(403) : null,
    );
    for (const hours of [0, 0, 1]) {
      world.now = new Date(world.now.getTime() + hours * 3_600_000);
      expect(await read(adapter, key('70'))).toMatchObject([
        { participant: { externalId: '37', name: 'Guest', email: null } },
      ]);
    }
    expect(asked().filter((one) => one.startsWith('GET /clients'))).toHaveLength(2);
  });

  it('leave guests without a name who asked to be forgotten, or are not there', async () => {
    const forgotten = { ...client, processing_restricted_at: '2026-03-01T00:00:00Z' };
    for (const guests of [[forgotten], []]) {
      const { adapter } = provider({ conversations: [thread(70, [])], clients: guests });
      expect(await read(adapter, key('70'))).toMatchObject([{ participant: { name: null, email: null } }]);
    }
  });

  it('remember who looks after them, and ask about strangers once an hour', async () => {
    const links = { ...(conversation.links as JsonObject), messages: [] };
    const cared = (id: number, assignee: number) => ({ ...thread(id, []), links: { ...links, assignee } });
    const hosts = [{ id: 8, firstname: 'Noor', lastname: 'Haddad', links: { user: 3 } }];
    const { adapter, asked } = provider({ conversations: [cared(70, 8), cared(71, 9)], clients: [client], hosts });
    for (const _ of [1, 2]) {
      expect(await read(adapter, key('70'))).toMatchObject([{ assignee: { externalId: '8', name: 'Noor Haddad' } }]);
      expect(await read(adapter, key('71'))).toMatchObject([{ assignee: { externalId: '9', name: null } }]);
    }
    expect(asked().filter((one) => one === 'GET /hosts')).toHaveLength(1);
  });
});

describe('threads', () => {
  it('are read back from the newest message, a hundred at a time, by what a message is called', async () => {
    const { adapter } = provider({ conversations: [thread(70, numbers(401, 230).toReversed())] });
    const first = await page(adapter, '70');
    expect([first?.items.length, first?.items[0]?.externalId, first?.items.at(-1)?.externalId]).toEqual([
      100,
      '531',
      '630',
    ]);
    const second = await page(adapter, '70', first?.older);
    const third = await page(adapter, '70', second?.older);
    expect([second?.items.length, third?.items.length, third?.older]).toEqual([100, 30, null]);
  });

  it('of many conversations at once share their requests', async () => {
    const things = numbers(70, 4).map((id) => thread(id, numbers(1000 * id, 30)));
    const { adapter, asked } = provider({ conversations: things });
    await adapter.messages(
      numbers(70, 4).map((id) => ({ conversation: key(String(id)), older: null })),
      call,
    );
    expect(asked()).toHaveLength(3);
  });

  it('that do not name their messages are found in what comes along, or fail alone', async () => {
    const embedded = { ...thread(70, null), messages: [{ id: 502 }, { id: 501 }] };
    const { adapter, seen } = provider({ conversations: [embedded, thread(71, null)] });
    expect((await page(adapter, '70'))?.items.map(({ externalId }) => externalId)).toEqual(['501', '502']);
    expect(seen.map(({ query }) => query.include)).toEqual(['participants', 'messages', 'sender']);
    await expect(page(adapter, '71')).rejects.toMatchObject({ kind: 'protocol' });
    expect(await read(adapter, key('71'))).toMatchObject([{ externalId: '71', newest: null }]);
  });
});

describe('the conversation of a booking', () => {
  const find = (adapter: Adapter, property = '16', of = '900') =>
    adapter.findConversation?.({ property, booking: of }, call);

  it('is the one that the booking names', async () => {
    const { adapter } = provider({ bookings: [booking], conversations: [thread(70, [])], clients: [client] });
    expect(await find(adapter)).toMatchObject({ externalId: '70', booking: '900' });
  });

  it('that has not begun is known by its booking and its guest', async () => {
    const links = { ...(booking.links as JsonObject), conversations: [] };
    const { adapter } = provider({ bookings: [{ ...booking, links }], clients: [client] });
    expect(await find(adapter)).toMatchObject({
      ...{ externalId: null, booking: '900', address: { booking: '900' }, participant: { name: 'Mara Lindqvist' } },
    });
  });

  it('is none where the rental is another, or there is no such booking', async () => {
    const { adapter } = provider({ bookings: [booking], conversations: [thread(70, [])] });
    for (const [property, of] of [
      ['17', '900'],
      ['16', '901'],
      ['16', ''],
      ['16', '../..'],
    ] as const)
      expect(await find(adapter, property, of)).toBeNull();
  });
});
