import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Address } from '../../domain/messaging.ts';
import conversations from './fixtures/conversations.json' with { type: 'json' };
import hosts from './fixtures/hosts.json' with { type: 'json' };
import { call, listed, only, refused, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';
import toSend from './fixtures/to-send.json' with { type: 'json' };

const conversation = only(conversations.conversations);
const member = (id: number, type: string, of: number): JsonObject => ({
  ...{ id, read_at: null },
  links: { conversation: 70, member: { id: of, type } },
});
const guest = member(61, 'Client', 37);
const known = { conversation: '70', us: '62', channel: 'airbnb' };
const answer = { messages: [{ id: 502, sent_at: '2026-03-14T10:00:00Z', links: { conversation: 70 } }] };

/** A provider with one conversation; what is posted to it is answered by `post`. */
function provider(
  change: { participants?: Json[]; conversation?: JsonObject; messages?: Json[]; hosts?: Json[]; hostId?: string },
  post: (seen: Seen) => Response | JsonObject | Promise<Response> = () => answer,
) {
  const participants = change.participants ?? [guest];
  const script = (seen: Seen) => {
    const { method, path, body } = seen;
    if (path === '/oauth/token') return {};
    if (path === '/inbox/messages' && method === 'POST') return post(seen);
    if (path === '/inbox/participants' && method === 'POST') {
      const [given] = (body as { participants: { member_id: number }[] }).participants;
      const made = member(99 + participants.length, 'Host', given?.member_id ?? 0);
      participants.push(made);
      return { participants: [made] };
    }
    if (path === '/hosts') return listed('hosts', change.hosts ?? hosts.hosts);
    if (path === '/applications') return listed('applications', [{ id: 65, name: 'Booking.com API' }]);
    if (path.startsWith('/inbox/messages/')) return listed('messages', change.messages ?? []);
    return listed('conversations', [{ ...conversation, ...change.conversation, participants: [...participants] }]);
  };
  const { hostId } = change;
  const scripted = scriptedBookingsync(script, { hostId });
  const send = (
    address: Address,
    more: { body?: string; attachments?: string[]; id?: string } = {},
    by = scripted.adapter,
  ) =>
    by.send(
      {
        conversation: { externalId: (more.id ?? '70') as never, address },
        ...{ body: more.body ?? 'Yes, one space is included.', attachments: (more.attachments ?? []) as never[] },
      },
      call,
    );
  const sent = () => scripted.seen.filter((one) => one.method === 'POST' && one.path === '/inbox/messages');
  const senders = () =>
    sent().map(({ body }) => (body as { messages: { sender_id: number }[] }).messages[0]?.sender_id);
  return { ...scripted, send, sent, senders };
}

describe('a message', () => {
  it('into a conversation seen before is one request, with all that the guide asks for', async () => {
    const { send, seen } = provider({});
    expect(await send(known)).toEqual({
      ...{ kind: 'accepted', id: '502', at: new Date('2026-03-14T10:00:00Z'), notes: [] },
    });
    const [words] = toSend.messages;
    expect(seen).toMatchObject([{ method: 'POST', path: '/inbox/messages' }]);
    expect(seen[0]?.body).toEqual({ messages: [{ ...words, sent_at: '2026-03-14T10:00:00Z' }] });
  });

  it('is written as the host that was set, else as the one of ours who came first', async () => {
    const participants = [member(80, 'Host', 9), guest, member(63, 'Host', 8)];
    for (const [hostId, sender] of [
      [undefined, 63],
      ['9', 80],
      ['12', 63],
    ] as const) {
      const { send, senders } = provider({ participants, ...(hostId && { hostId }) });
      expect((await send({})).kind).toBe('accepted');
      expect(senders()).toEqual([sender]);
    }
  });

  it('where none of ours takes part makes one, and no second one', async () => {
    const { send, seen, senders, connect } = provider({});
    await send({});
    const made = seen.filter(({ method, path }) => method === 'POST' && path === '/inbox/participants');
    expect(made.map(({ body }) => body)).toEqual([
      { participants: [{ conversation_id: 70, member_id: 8, member_type: 'Host', read: true }] },
    ]);
    await send({}, {}, connect());
    expect(seen.filter(({ path }) => path === '/inbox/participants')).toHaveLength(1);
    expect(senders()).toEqual([100, 100]);
  });

  it('makes none twice, however many are written at once in two processes', async () => {
    const { send, seen, senders, connect, adapter } = provider({});
    const other = connect();
    await Promise.all(Array.from({ length: 10 }, (_, index) => send({}, {}, index % 2 ? adapter : other)));
    expect(seen.filter(({ path }) => path === '/inbox/participants')).toHaveLength(1);
    expect(new Set(senders())).toEqual(new Set([100]));
  });

  it('makes the host that was set take part, else one who is a user of the account', async () => {
    const some = [5, 6, 7].map((id) => ({ id, links: { user: id === 6 ? 3 : null } }));
    for (const [hostId, host] of [
      ['9', 9],
      [undefined, 6],
    ] as const) {
      const { send, seen } = provider({ hosts: some, ...(hostId && { hostId }) });
      await send({});
      const made = seen.find(({ path }) => path === '/inbox/participants');
      expect(made?.body).toMatchObject({ participants: [{ member_id: host }] });
    }
    const nobody = provider({ hosts: [] });
    expect(await nobody.send({})).toMatchObject({ kind: 'rejected', error: { kind: 'invalid', noEffect: true } });
  });

  it('goes by the channel that the conversation names, its application stands for, or somebody wrote on last', async () => {
    const channelOf = async (change: Parameters<typeof provider>[0]) => {
      const { send, sent } = provider({ participants: [guest, member(62, 'Host', 8)], ...change });
      const outcome = await send({});
      return outcome.kind === 'accepted' ? sent().map(({ body }) => body) : outcome.error.kind;
    };
    const bare = { default_channel: null, created_by_id: 3, created_by_type: 'User', links: { messages: [501, 502] } };
    const by = (channel: string) => [{ messages: [expect.objectContaining({ channel })] }];
    expect(await channelOf({})).toEqual(by('airbnb'));
    expect(await channelOf({ conversation: { default_channel: null } })).toEqual(by('booking-com'));
    const messages = [
      { id: 501, channel: 'vrbo', visibility: 'external', sent_at: '2026-03-01T00:00:00Z' },
      { id: 502, channel: 'email', visibility: 'internal', sent_at: '2026-03-02T00:00:00Z' },
    ];
    expect(await channelOf({ conversation: bare, messages })).toEqual(by('vrbo'));
    expect(await channelOf({ conversation: bare })).toBe('invalid');
  });

  it('carries files by their ids, and none that cannot be one', async () => {
    const { send, sent } = provider({});
    await send(known, { attachments: ['31', '32'] });
    expect(sent()[0]?.body).toMatchObject({ messages: [{ attachment_ids: [31, 32] }] });
    for (const id of ['', '../..', 'a b'])
      expect(await send(known, { attachments: [id] })).toMatchObject({ kind: 'rejected', error: { kind: 'invalid' } });
    expect(sent()).toHaveLength(1);
  });
});

describe('of a message is said', () => {
  it('that it did not go out where only what prepares it failed', async () => {
    const { adapter } = scriptedBookingsync(() => Promise.reject(new TypeError('fetch failed')));
    const message = { conversation: { externalId: '70' as never, address: {} }, body: 'Hello', attachments: [] };
    expect(await adapter.send(message, call)).toMatchObject({ kind: 'rejected', error: { kind: 'unavailable' } });
  });

  it('that it did not go out where it was clearly refused, in words that quote nobody', async () => {
    const body = 'The door code is "4711"';
    const quoted = { errors: [{ code: 'validation_failed', field: 'content', title: `${body} is too short` }] };
    for (const [status, kind] of [
      [422, 'invalid'],
      [403, 'forbidden'],
      [404, 'not-found'],
      [429, 'rate-limited'],
    ] as const) {
      const { send } = provider({}, () => refused(status, quoted));
      const outcome = await send(known, { body });
      expect(outcome).toMatchObject({ kind: 'rejected', error: { kind, noEffect: true } });
      expect(JSON.stringify(outcome)).not.toContain('4711');
    }
  });

  it('that nothing is known where the answer is lost, and that it is not tried again', async () => {
    const posts = [
      () => Promise.reject(new TypeError('fetch failed')),
      () => refused(500),
      () => new Response('<html>'),
      () => ({ messages: [] }),
    ];
    for (const post of posts) {
      const { send, sent } = provider({}, post);
      expect(await send(known)).toMatchObject({ kind: 'unknown', error: { noEffect: false } });
      expect(sent()).toHaveLength(1);
    }
  });

  it('that there is no such conversation, where there is none', async () => {
    const { send, sent } = provider({}, () => answer);
    expect(await send({}, { id: 'no such' })).toMatchObject({ kind: 'rejected', error: { kind: 'not-found' } });
    expect(await send({}, { id: '71' })).toMatchObject({ kind: 'rejected', error: { kind: 'not-found' } });
    expect(sent()).toEqual([]);
  });

  it('that it went out once, where the token ended while the participant was made', async () => {
    let refusals = 1;
    const broken = scriptedBookingsync(({ path, method, headers }) => {
      if (path === '/oauth/token') return {};
      const isOld = headers.get('authorization') === 'Bearer access-0';
      if (isOld && path === '/hosts' && refusals-- > 0) return refused(401);
      if (path === '/hosts') return listed('hosts', hosts.hosts);
      if (path === '/inbox/participants') return { participants: [member(100, 'Host', 8)] };
      return method === 'POST' ? answer : listed('conversations', [{ ...conversation, participants: [guest] }]);
    });
    const message = { conversation: { externalId: '70' as never, address: {} }, body: 'Hello', attachments: [] };
    expect((await broken.adapter.send(message, call)).kind).toBe('accepted');
    expect(broken.asked().filter((one) => one === 'POST /inbox/messages')).toHaveLength(1);
    expect(JSON.parse(broken.memory.text)).toMatchObject({ refreshToken: 'refresh-1', made: [['70', '100']] });
  });
});
