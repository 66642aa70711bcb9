import { describe, expect, it } from 'vitest';
import type { BookingsyncSwitches } from './simulator-switches.ts';
import { type Answer, visit } from './simulator-visitor.ts';

const problems = ({ status, body }: Answer): unknown => [
  status,
  ...(body.errors ?? []).map((one: { field: string; title: string }) => `${one.field} ${one.title}`),
];

/** One conversation on Airbnb, and what posts into it. */
function thread(switches: Partial<BookingsyncSwitches> = {}) {
  const visited = visit(switches);
  const truth = visited.simulator.addConversation({ platform: 'Airbnb' });
  const good = { ...visited.letter(truth), channel: 'airbnb' };
  const post = (change: object = {}) => visited.ask('POST /inbox/messages', { messages: [{ ...good, ...change }] });
  return { ...visited, truth, good, post };
}

describe('a message', () => {
  it('is stored, shown and carried to the guest', async () => {
    const { post, simulator, world, truth } = thread();
    const { status, headers, body } = await post();
    const [message] = body.messages;
    expect([status, headers.get('location')]).toEqual([
      201,
      `https://www.bookingsync.com/api/v3/inbox/messages/${message.id}`,
    ]);
    expect(message).toMatchObject({
      ...{ content: 'Yes, there is.', channel: 'airbnb', origin: 'bookingsync_inbox', visibility: 'external' },
      ...{ sent_at: '2026-03-02T09:00:00Z', links: { conversation: 70, sender: 62, attachments: [] } },
    });
    expect(body.meta).toEqual({ 'X-Total-Pages': null, 'X-Total-Count': null });
    expect(simulator.sent).toMatchObject([
      { conversationExternalId: truth.externalId, messageExternalId: String(message.id), body: 'Yes, there is.' },
    ]);
    expect([...world.messages.values()]).toMatchObject([{ by: 'host', body: 'Yes, there is.' }]);
    expect(simulator.conversations()[0]?.messages).toMatchObject([
      { externalId: String(message.id), sentBy: 'us', channel: 'airbnb', read: null, automated: null },
    ]);
    expect(simulator.warnings).toEqual([]);
  });

  it('is one more each time, however equal', async () => {
    const { post, simulator } = thread();
    await post();
    await post();
    expect(simulator.sent).toHaveLength(2);
  });

  it('may be taken although its answer is lost, and is found by its time', async () => {
    const { post, ask, simulator } = thread();
    simulator.faults.next({ kind: 'cut' }, { operation: 'send' });
    await expect(post()).rejects.toThrow('fetch failed');
    const { messages } = (await ask('GET /inbox/messages?updated_since=2026-03-02T08:59:00Z')).body;
    expect(messages).toMatchObject([{ content: 'Yes, there is.', sent_at: '2026-03-02T09:00:00Z' }]);
    expect(simulator.sent).toHaveLength(1);
  });

  it('without a channel is stored and stays there', async () => {
    const { post, simulator, world } = thread();
    expect((await post({ channel: null })).status).toBe(201);
    expect(world.messages.size).toBe(0);
    expect(simulator.sent).toHaveLength(1);
    expect(simulator.conversations()[0]?.messages).toHaveLength(1);
    expect(simulator.warnings).toEqual(['a message without channel in conversation 70 does not reach the guest']);
  });

  it('on a channel that is not its conversation’s is noticed', async () => {
    const { post, simulator } = thread();
    await post({ channel: 'email' });
    expect(simulator.warnings).toEqual(['conversation 70 is on airbnb, not on email']);
  });

  it('for hosts alone may name no channel, and is never told as said', async () => {
    const { post, simulator, world } = thread();
    expect(problems(await post({ visibility: 'internal' }))).toEqual([422, 'visibility is invalid']);
    expect((await post({ visibility: 'internal', channel: null })).status).toBe(201);
    expect([world.messages.size, simulator.sent.length, simulator.conversations()[0]?.messages.length]).toEqual([
      0, 0, 0,
    ]);
  });

  it('needs what the reference says, and values that are listed', async () => {
    const { post, simulator } = thread();
    for (const name of ['content', 'origin', 'visibility', 'conversation_id', 'sender_id', 'sent_at']) {
      expect(problems(await post({ [name]: null }))).toEqual([422, `${name} can't be blank`]);
    }
    const strange = { origin: 'carrier pigeon', channel: 'airbnb_message' };
    expect(problems(await post(strange))).toEqual([
      ...[422, 'origin is not included in the list', 'channel is not included in the list'],
    ]);
    expect(problems(await post({ conversation_id: 4711 }))).toContain('conversation must exist');
    expect(simulator.sent).toEqual([]);
    simulator.switches.requireSentAt = false;
    expect((await post({ sent_at: null })).body.messages[0].sent_at).toBeNull();
    expect((await post({ conversation_id: '70', sender_id: '62', channel: 'vrbo' })).status).toBe(201);
  });

  it('comes from a participant of its conversation, where that is looked at', async () => {
    const { post, simulator } = thread();
    const [, host] = simulator.participantsOf(simulator.addConversation().externalId);
    const stranger = { sender_id: Number(host?.externalId) };
    expect(problems(await post(stranger))).toEqual([422, 'sender is invalid']);
    expect(problems(await post({ sender_id: 8 }))).toEqual([422, 'sender is invalid']);
    simulator.switches.lenientSender = true;
    expect((await post(stranger)).status).toBe(201);
  });

  it('changes here alone when it is changed', async () => {
    const { post, ask, simulator, world } = thread();
    const { id } = (await post()).body.messages[0];
    const changed = await ask(`PUT /inbox/messages/${id}`, { messages: [{ content: 'No.' }] });
    expect([changed.status, changed.body.meta, changed.headers.get('link')]).toEqual([200, {}, null]);
    await ask('GET /me');
    expect((await ask(`GET /inbox/messages/${id}`)).body.messages[0].content).toBe('No.');
    expect([...world.messages.values()]).toMatchObject([{ body: 'Yes, there is.' }]);
    expect(simulator.warnings).toEqual([`message ${id} was changed after it was sent`]);
  });
});

describe('a participant', () => {
  const host = { conversation_id: 70, member_id: 9, member_type: 'Host' };
  const add = ({ ask }: ReturnType<typeof thread>, change: object = {}) =>
    ask('POST /inbox/participants', { participants: [{ ...host, ...change }] });

  it('is made of a Host, any number of times, and can write then', async () => {
    const visited = thread({ hostParticipant: 'missing' });
    expect(visited.simulator.participantsOf('70')).toHaveLength(1);
    const made = await add(visited);
    await add(visited);
    expect(made.status).toBe(201);
    expect(made.body.participants[0].links.member).toEqual({ id: 9, type: 'Host' });
    expect(visited.simulator.participantsOf('70').map(({ memberId }) => memberId)).toEqual(['37', '9', '9']);
    expect((await visited.post({ sender_id: made.body.participants[0].id })).status).toBe(201);
    expect(visited.simulator.warnings).toEqual([]);
  });

  it('needs its conversation, its member and the type', async () => {
    const visited = thread();
    for (const name of Object.keys(host)) {
      expect(problems(await add(visited, { [name]: null }))).toEqual([422, `${name} can't be blank`]);
    }
    expect(problems(await add(visited, { conversation_id: 4711 }))).toEqual([422, 'conversation must exist']);
    expect(problems(await add(visited, { member_id: 4711 }))).toEqual([422, 'member must exist']);
    expect(problems(await add(visited, { member_type: 'Guest' }))).toEqual([
      422,
      'member_type is not included in the list',
    ]);
  });

  it('should not be a Client, and is noticed or refused', async () => {
    const visited = thread();
    const client = { member_id: 37, member_type: 'Client' };
    expect((await add(visited, client)).status).toBe(201);
    visited.simulator.switches.clientParticipants = 'refuse';
    expect((await add(visited, client)).status).toBe(422);
    expect(visited.simulator.warnings).toEqual(Array(2).fill('a Client was added to conversation 70'));
  });

  it('has read, and so has its side of the conversation', async () => {
    const { ask, simulator, world, truth } = thread();
    simulator.guestWrites(truth.externalId, 'Hello');
    const { participants } = (await ask('PUT /inbox/participants/62', { participants: [{ read: 'true' }] })).body;
    expect(participants[0].read_at).toBe('2026-03-02T09:00:00Z');
    expect((await ask('GET /inbox/conversations/70')).body.conversations[0].read_at).toBe('2026-03-02T09:00:00Z');
    expect([...world.messages.values()].map(({ read }) => read)).toEqual([true]);
    const member = (await ask('GET /inbox/participants/61,62?include=member')).body.participants;
    expect(member).toMatchObject([{ member: { fullname: truth.participantName } }, { member: { lastname: 'Haddad' } }]);
  });
});

describe('a conversation', () => {
  const change = ({ ask }: ReturnType<typeof thread>, fields: object) =>
    ask('PUT /inbox/conversations/70', { conversations: [fields] });

  it('is closed, opened, assigned, marked and moved to another channel', async () => {
    const visited = thread();
    const closed = (await change(visited, { closed: true, marked_as_spam: true })).body.conversations[0];
    expect([closed.closed_at, closed.marked_as_spam_at]).toEqual(Array(2).fill('2026-03-02T09:00:00Z'));
    const open = (await change(visited, { closed: false, assignee_id: 9, default_channel: 'email', subject: 'x' }))
      .body;
    expect(open.conversations[0]).toMatchObject({
      ...{ closed_at: null, subject: null, default_channel: 'email', links: { assignee: 9 } },
    });
    expect(problems(await change(visited, { assignee_id: 4711 }))).toEqual([422, 'assignee must exist']);
    expect((await change(visited, { assignee_id: null })).body.conversations[0].links.assignee).toBeNull();
  });

  it('is hung on bookings and taken off, twice without harm, under its old date', async () => {
    const { ask, simulator, clock } = thread();
    const { externalId } = simulator.addBooking({ conversation: 'none' });
    clock.advance(60_000);
    const connect = (verb: string, id = Number(externalId)) =>
      ask(`PUT /inbox/conversations/70/${verb}_booking`, { bookings: [{ id }] });
    await connect('connect');
    const [item] = (await connect('connect')).body.conversations;
    expect([item.links.bookings, item.updated_at]).toEqual([[900, 901], '2026-03-02T09:00:00Z']);
    expect((await ask(`GET /bookings/${externalId}`)).body.bookings[0].links.conversations).toEqual([70]);
    expect((await connect('disconnect', 900)).body.conversations[0].links.bookings).toEqual([901]);
    expect((await connect('connect', 4711)).status).toBe(404);
  });

  it('that is made through the API leads nowhere, and is noticed', async () => {
    const { ask, simulator } = thread();
    const made = await ask('POST /inbox/conversations', {
      conversations: [{ subject: 'Hello', default_channel: 'email' }],
    });
    expect(made.status).toBe(201);
    expect(made.body.conversations[0]).toMatchObject({
      id: 71,
      subject: 'Hello',
      links: { bookings: [], participants: [] },
    });
    expect(simulator.warnings).toEqual(['conversation 71 was created: no channel knows of it']);
  });
});
