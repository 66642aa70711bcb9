import { describe, expect, it } from 'vitest';
import { visit } from './simulator-visitor.ts';

describe('a conversation', () => {
  it('is read with its channel, its maker and what hangs on it', async () => {
    const { ask, simulator } = visit();
    const truth = simulator.addConversation({ platform: 'Booking.com' });
    const id = Number(simulator.guestWrites(truth.externalId, 'Is parking included?'));
    const { body, headers } = await ask(`GET /inbox/conversations/${truth.externalId}`);
    expect(body.conversations).toEqual([
      {
        links: {
          ...{ account: Number(simulator.accountId), assignee: null, source: 5 },
          ...{ bookings: [Number(truth.bookingExternalId)], inquiries: [], messages: [id], participants: [61, 62] },
        },
        ...{ id: 70, subject: null, default_channel: 'booking-com', last_message_at: '2026-03-02T09:00:00Z' },
        ...{ closed_at: null, deadline_response_at: null, marked_as_spam_at: null, read_at: null },
        ...{ created_by_id: 66, created_by_type: 'Doorkeeper::Application' },
        ...{ created_at: '2026-03-02T09:00:00Z', updated_at: '2026-03-02T09:00:00Z' },
      },
    ]);
    expect(body.links['conversations.messages']).toBe(
      'https://www.bookingsync.com/api/v3/inbox/messages/{conversations.messages}',
    );
    expect(headers.get('x-total-count')).toBe('1');
    expect(headers.get('x-updated-since-request-synced-at')).toBe('2026-03-02 09:00:00 UTC');
  });

  it('names its maker in links, or nowhere, where that is switched', async () => {
    const { ask, simulator } = visit({ createdBy: 'links' });
    simulator.addConversation({ platform: 'Airbnb' });
    const read = async () => (await ask('GET /inbox/conversations')).body.conversations[0];
    expect((await read()).links.created_by).toEqual({ id: 65, type: 'Doorkeeper::Application' });
    simulator.switches.createdBy = 'absent';
    expect(JSON.stringify(await read())).not.toContain('created_by');
  });

  it('hangs on an inquiry where it has no booking, and the inquiry names it', async () => {
    const { ask, simulator } = visit();
    const truth = simulator.addConversation({ about: 'lead', messages: 2 });
    const { conversations } = (await ask('GET /inbox/conversations')).body;
    expect(conversations[0].links).toMatchObject({ bookings: [], inquiries: [Number(truth.leadExternalId)] });
    const { inquiries } = (await ask(`GET /inquiries/${truth.leadExternalId}`)).body;
    expect(inquiries[0].links).toMatchObject({ conversation: 70, rental: Number(truth.propertyExternalId) });
  });

  it('embeds participants and messages where it is asked to, and nothing else', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation();
    simulator.guestWrites(externalId, 'Hello');
    const path = `GET /inbox/conversations/${externalId}?include=participants,messages,hosts&fields=subject`;
    const [item] = (await ask(path)).body.conversations;
    expect(Object.keys(item).sort()).toEqual(['id', 'links', 'messages', 'participants', 'subject']);
    expect(item.participants.map((one: { links: { member: object } }) => one.links.member)).toEqual([
      { id: 37, type: 'Client' },
      { id: 8, type: 'Host' },
    ]);
    expect(item.messages).toMatchObject([{ content: 'Hello' }]);
    expect(simulator.calls.entries.at(-1)?.conversationCount).toBe(1);
    simulator.switches.includeMessages = false;
    expect((await ask(path)).body.conversations[0].messages).toBeUndefined();
    simulator.switches.ignoreInclude = true;
    expect((await ask(path)).body.conversations[0].participants).toBeUndefined();
  });

  it('may lack its Host, until one has written, or have him several times', async () => {
    const { simulator } = visit({ hostParticipant: 'missing' });
    const { externalId } = simulator.addConversation();
    const types = () => simulator.participantsOf(externalId).map(({ memberType, memberId }) => memberType + memberId);
    expect(types()).toEqual(['Client37']);
    simulator.hostWritesElsewhere(externalId, 'Welcome');
    expect(types()).toEqual(['Client37', 'Host8']);
    simulator.switches.hostParticipant = 'duplicate';
    expect(types()).toEqual(['Client37', 'Host8', 'Host8', 'Host8']);
  });
});

describe('messages', () => {
  it('are of all conversations, by id, and tell whose they are through their sender', async () => {
    const { ask, simulator } = visit();
    const [one, other] = [simulator.addConversation({ platform: 'Airbnb' }), simulator.addConversation()];
    simulator.guestWrites(one.externalId, 'First');
    simulator.hostWritesElsewhere(other.externalId, 'Second');
    const { messages } = (await ask('GET /inbox/messages?include=sender,hosts')).body;
    expect(messages).toMatchObject([
      {
        content: 'First',
        channel: 'airbnb',
        origin: 'airbnb_message',
        sender: { links: { member: { type: 'Client' } } },
      },
      { content: 'Second', channel: 'email', origin: 'bookingsync_inbox', visibility: 'external' },
    ]);
    expect(messages[1].sender.links.member).toEqual({ id: 8, type: 'Host' });
    expect(simulator.calls.entries.at(-1)?.conversationCount).toBe(2);
  });

  it('are cut to seconds, and may have no time of their own', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation();
    simulator.guestWrites(externalId, 'Long ago', { at: new Date('2026-02-01T08:00:00.999Z') });
    const read = async () => (await ask('GET /inbox/messages')).body.messages[0];
    expect(await read()).toMatchObject({ sent_at: '2026-02-01T08:00:00Z', created_at: '2026-03-02T09:00:00Z' });
    simulator.switches.sentAt = 'null';
    expect((await read()).sent_at).toBeNull();
    expect(simulator.conversations()[0]?.messages[0]?.sentAt).toEqual(new Date('2026-03-02T09:00:00Z'));
  });

  it('may be on channels that nobody has heard of, or on none that is told', async () => {
    const { ask, simulator } = visit({ unknownChannel: 'telepathy' });
    const { externalId } = simulator.addConversation({ platform: 'Vrbo' });
    simulator.guestWrites(externalId, 'Hello');
    const channels = async () => [
      (await ask('GET /inbox/conversations')).body.conversations[0].default_channel,
      (await ask('GET /inbox/messages')).body.messages[0].channel,
    ];
    expect(await channels()).toEqual(['telepathy', 'telepathy']);
    simulator.switches.unknownChannel = null;
    expect(await channels()).toEqual(['vrbo', 'vrbo']);
    simulator.switches.defaultChannel = 'null';
    expect(await channels()).toEqual([null, 'vrbo']);
  });

  it('cannot be read for a while after they were told of, where that is so', async () => {
    const { ask, simulator, clock } = visit();
    const { externalId } = simulator.addConversation();
    simulator.switches.visibleAfterMs = 5000;
    const id = simulator.guestWrites(externalId, 'Hello');
    expect(simulator.webhook()?.body).toContain(`"id":${id}`);
    expect((await ask(`GET /inbox/messages/${id}`)).status).toBe(404);
    expect(simulator.conversations()[0]?.messages).toEqual([]);
    clock.advance(5000);
    expect((await ask(`GET /inbox/messages/${id}`)).body.messages[0].updated_at).toBe('2026-03-02T09:00:00Z');
  });
});

describe('pages', () => {
  it('hold a hundred at most, and name their neighbours in headers and meta alike', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation();
    for (let count = 1; count <= 101; count += 1) simulator.guestWrites(externalId, `Message ${count}`);
    const first = await ask('GET /inbox/messages?per_page=500&include=sender');
    expect(first.body.messages).toHaveLength(100);
    const url = 'https://www.bookingsync.com/api/v3/inbox/messages?include=sender&page=1&per_page=500';
    const next = url.replace('page=1', 'page=2');
    expect(first.headers.get('link')).toBe(`<${url}>; rel="first", <${next}>; rel="next", <${next}>; rel="last"`);
    const counts = { 'X-Total-Pages': '2', 'X-Total-Count': '101', 'X-Per-Page': '100' };
    expect(first.body.meta).toEqual({ Link: { first: url, next, last: next }, ...counts });
    expect(first.headers.get('x-current-page')).toBe('1');
    const second = await ask('GET /inbox/messages?page=2');
    expect(second.body.messages).toMatchObject([{ content: 'Message 101' }]);
    expect(Object.keys(second.body.meta.Link)).toEqual(['first', 'prev', 'last']);
    expect((await ask('GET /inbox/messages?page=3')).body.messages).toEqual([]);
  });

  it('skip a row where one before them went meanwhile', async () => {
    const { ask, simulator } = visit();
    const ids = Array.from({ length: 4 }, () => simulator.addConversation().externalId);
    const page = async (number: number): Promise<readonly string[]> => {
      const { body } = await ask(`GET /inbox/conversations?per_page=2&page=${number}`);
      return body.conversations.map(({ id }: { id: number }) => String(id));
    };
    expect(await page(1)).toEqual(ids.slice(0, 2));
    simulator.removeConversation(ids[0] ?? '');
    expect(await page(2)).toEqual(ids.slice(3));
  });

  it('of named ids leave out what is not there, each once', async () => {
    const { ask, simulator } = visit();
    const ids = [1, 2, 3].map(() => simulator.addConversation().externalId);
    const path = `GET /inbox/conversations/${[ids[2], '4711', ids[0], ids[0]].join(',')}`;
    const read = (await ask(path)).body.conversations.map(({ id }: { id: number }) => String(id));
    expect(read).toEqual([ids[0], ids[2]]);
    expect((await ask('GET /inbox/conversations/4711%2C4712')).body.conversations).toEqual([]);
  });
});
