import { describe, expect, it } from 'vitest';
import { sendMutation, threadQuery, visit } from './simulator-visitor.ts';
import { signDelivery } from './simulator-webhook.ts';

const conversationOf =
  '{ bookings { booking(bookingId: "bk_7001") { conversationId converation { id participant { name } } } } }';

describe('conversations that come, go and move', () => {
  it('gives a booking its conversation only after a while', async () => {
    const { ask, clock, simulator } = visit();
    expect(simulator.addBooking({ conversation: { afterMs: 5000 }, messages: 2 }).conversationExternalIds).toEqual([]);
    expect((await ask(conversationOf)).body.data.bookings.booking).toEqual({ conversationId: null, converation: null });
    clock.advance(5000);
    expect((await ask(conversationOf)).body.data.bookings.booking).toMatchObject({
      conversationId: 'cv_9001',
      converation: { id: 'cv_9001' },
    });
    expect(simulator.conversations()).toHaveLength(1);
  });

  it('shows one of three guests by the singular field, and all by the plural one', async () => {
    const { ask, simulator } = visit();
    simulator.addBooking({ guests: 3 });
    expect((await ask(conversationOf)).body.data.bookings.booking.converation.id).toBe('cv_9001');
    expect(simulator.conversations().map((conversation) => conversation.externalId)).toEqual(['cv_9001']);
    simulator.switches.conversationField = 'all';
    expect(simulator.conversations()).toHaveLength(3);
  });

  it.each([
    ['moves', null, 'cv_9001'],
    ['shared', { id: 'cv_9001' }, 'cv_9001'],
    ['new', { id: 'cv_9001' }, 'cv_9002'],
  ] as const)('turns a lead into a booking whose conversation %s', async (how, ofLead, ofBooking) => {
    const { ask, simulator, world } = visit();
    simulator.addConversation({ about: 'lead', messages: 2 });
    world.convertLead(1, how);
    const lead = await ask('{ crm { lead(leadId: "ld_81") { status { internalReference } converation { id } } } }');
    expect(lead.body.data.crm.lead).toEqual({ status: { internalReference: 'converted' }, converation: ofLead });
    expect((await ask(conversationOf)).body.data.bookings.booking.converation.id).toBe(ofBooking);
  });

  it('loses the conversation of a guest who was taken off', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation({ messages: 2 });
    simulator.removeConversation(externalId);
    expect((await ask(conversationOf)).body.data.bookings.booking.converation).toBeNull();
    expect((await ask(sendMutation, { c: externalId, b: 'Hello?' })).body.data.conversations.sendMessage).toBeNull();
    expect(simulator.sent).toEqual([]);
    expect(() => simulator.guestWrites(externalId, 'Hello?')).toThrow(RangeError);
  });

  it('tells what is not found as null, or as an error beside null', async () => {
    const { ask, simulator } = visit();
    expect((await ask(conversationOf)).body).toEqual({ data: { bookings: { booking: null } } });
    simulator.switches.notFound = 'error';
    expect((await ask(conversationOf)).body).toMatchObject({
      data: { bookings: { booking: null } },
      errors: [{ path: ['bookings', 'booking'], extensions: { code: 'NOT_FOUND' } }],
    });
  });
});

describe('workspaces', () => {
  it('lists one that is worked in, one churned and one for show', async () => {
    const { ask } = visit();
    const all = await ask('{ workspaces { nodes { id status demo } } }');
    expect(all.body.data.workspaces.nodes).toEqual([
      { id: '44', status: 'ACTIVE', demo: true },
      { id: '43', status: 'CHURNED', demo: false },
      { id: '42', status: 'ACTIVE', demo: false },
    ]);
    const one = await ask(
      '{ workspaces(filters: { status: { eq: CHURNED } }) { nodes { slug } } workspace(id: "42") { slug } }',
    );
    expect(one.body.data).toEqual({
      workspaces: { nodes: [{ slug: 'old-quarter' }] },
      workspace: { slug: 'harbour-hill' },
    });
  });

  it('expects nobody to reach what is churned or for show', () => {
    const { simulator, world } = visit({}, 4);
    const hidden = [...world.conversations.values()].filter((conversation) => {
      const [subject] = conversation.subjects;
      return subject && world.portfolioOf(subject).id !== 1;
    });
    const reached = simulator.conversations().map((conversation) => conversation.externalId);
    expect(hidden.length).toBeGreaterThan(1);
    expect(reached).not.toEqual(expect.arrayContaining([`cv_${9000 + (hidden[0]?.id ?? 0)}`]));
  });
});

describe('reading and sending', () => {
  it('answers with the documented shape', async () => {
    const { ask, simulator } = visit();
    const { externalId, participantName } = simulator.addConversation({ language: 'sv' });
    simulator.guestWrites(externalId, 'Is parking included?', { channel: 'email' });
    const { booking } = (await ask(threadQuery, { id: 'bk_7001' })).body.data.bookings;
    expect(booking).toMatchObject({
      id: 'bk_7001',
      conversationId: 'cv_9001',
      converation: { id: 'cv_9001', participant: { id: 'pt_31', name: participantName, email: 'guest1@example.test' } },
    });
    expect(booking.converation.messages.edges).toEqual([
      {
        cursor: Buffer.from('{"t":1772442000250,"id":"ms_1"}').toString('base64'),
        node: {
          id: 'ms_1',
          body: 'Is parking included?',
          automated: false,
          channel: 'email',
          sentAt: '2026-03-02T09:00:00Z',
          sentBy: 'participant',
          read: false,
          urgent: false,
          priority: 0,
          snoozeUntil: null,
        },
      },
    ]);
  });

  it('delivers what is sent, and keeps what was typed elsewhere apart', async () => {
    const { ask, clock, simulator } = visit();
    const { externalId } = simulator.addConversation();
    simulator.guestWrites(externalId, 'Anyone there?');
    simulator.hostWritesElsewhere(externalId, 'Just a moment.');
    const answer = await ask(sendMutation, { c: externalId, b: 'Here we are!' });
    expect(answer.body).toEqual({ data: { conversations: { sendMessage: { id: 'ms_3' } } } });
    expect(simulator.sent).toEqual([
      {
        conversationExternalId: externalId,
        messageExternalId: 'ms_3',
        body: 'Here we are!',
        at: clock.now(),
        attachments: [],
      },
    ]);
    expect(simulator.conversations()[0]?.messages).toMatchObject([
      { sentBy: 'participant', read: true },
      { sentBy: 'us', body: 'Just a moment.' },
      { sentBy: 'us', body: 'Here we are!' },
    ]);
  });

  it('takes a message whose answer is lost, and one that is repeated on the way twice', async () => {
    const { ask, simulator } = visit();
    const { externalId: c } = simulator.addConversation();
    simulator.faults.next({ kind: 'cut' }, { operation: 'sendMessage' });
    await expect(ask(sendMutation, { c, b: 'Lost' })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    simulator.faults.next({ kind: 'repeat' }, { operation: 'sendMessage' });
    await ask(sendMutation, { c, b: 'Twice' });
    expect(simulator.sent.map((message) => message.body)).toEqual(['Lost', 'Twice', 'Twice']);
  });

  it('shows a change made in its own inbox', () => {
    const { simulator } = visit();
    const { externalId } = simulator.addConversation();
    simulator.changeMessage(simulator.guestWrites(externalId, 'Hi'), { read: true });
    expect(simulator.conversations()[0]?.messages).toMatchObject([{ body: 'Hi', read: true }]);
  });
});

describe('webhooks', () => {
  const secret = 'whsec_c2ltdWxhdGVkLXNpZ25pbmcta2V5LTMyLWJ5dGVzISE=';

  it('signs as Svix does', () => {
    const body =
      '{"id":"availability_00000000-0000-4000-8000-000000000001","type":"v1.availability.product_availability.updated","workspace":{"id":"42"}}';
    expect(signDelivery({ id: 'msg_sim0001', timestamp: 1_760_000_000, body }, secret)).toBe(
      'v1,V0dG2GYR8Pj3KsjoINDveoxRDcCCPUNUNdpKmDVTSrY=',
    );
  });

  it('builds deliveries of the known catalogue, signed for what they hold', () => {
    const { simulator } = visit();
    const delivery = simulator.webhook();
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
      type: 'v1.availability.product_availability.updated',
      workspace: { id: '42' },
    });
    const signed = { id: delivery?.headers['svix-id'] ?? '', timestamp: 1_772_442_000, body: delivery?.body ?? '' };
    expect(delivery?.headers['svix-signature']).toBe(signDelivery(signed, secret));
  });

  it('tells of messages only when told to speculate', () => {
    const { simulator } = visit();
    expect(simulator.webhook({ conversation: 'cv_9001' })).toBeNull();
    simulator.switches.speculativeEvents = true;
    expect(simulator.webhook({ conversation: 'cv_9001' })?.body).toContain('cv_9001');
  });

  it('can repeat a delivery, date it back or sign it wrongly', () => {
    const { simulator } = visit();
    const at = new Date('2026-03-02T08:00:00Z');
    const stale = simulator.webhook({ id: 'msg_1', at });
    expect(stale?.headers).toMatchObject({ 'svix-id': 'msg_1', 'svix-timestamp': '1772438400' });
    const forged = simulator.webhook({ id: 'msg_1', at, secret: 'whsec_AAAA' });
    expect(forged?.headers['svix-signature']).not.toBe(stale?.headers['svix-signature']);
  });
});
