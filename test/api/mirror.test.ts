import { describe, expect, it } from 'vitest';
import {
  BookingConversationDocument,
  BookingSearchDocument,
  LeadConversationDocument,
  SendAsDocumentedDocument,
} from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, idOf, rowCounts } from '../helpers/desk.ts';

const DAY = 24 * 3_600_000;

/** A system with one booking and one lead, each with a thread of so many messages, and our ids of them. */
async function estate(messages = 30) {
  const t = await testApp();
  const createdAt = new Date(t.clock.now().getTime() - 5 * DAY);
  const ofBooking = t.simulator().addConversation({ messages, createdAt });
  const ofLead = t.simulator().addConversation({ about: 'lead', messages, createdAt });
  await t.connect();
  const { data } = await t.gql(BookingSearchDocument, { first: 10 });
  const booking = data.bookings.search?.edges[0]?.node;
  const lead = data.leads.search?.edges[0]?.node;
  return { t, ofBooking, ofLead, bookingId: booking?.id ?? '', leadId: lead?.id ?? '', booking, lead };
}

function truthOf(t: TestApp, externalId: string) {
  const truth = t
    .simulator()
    .conversations()
    .find((one) => one.externalId === externalId);
  return (truth?.messages ?? []).toReversed();
}

describe('operations as Lavanda documents them', () => {
  it('read a booking’s conversation with its participant and all ten fields of its messages', async () => {
    const { t, ofBooking, bookingId } = await estate();
    const { data, errors } = await t.gql(BookingConversationDocument, { id: bookingId, n: 10 });
    expect(errors).toEqual([]);
    const { booking } = data.bookings;
    const { participantName: name, participantEmail: email } = ofBooking;
    expect(booking?.converation?.participant).toMatchObject({ id: expect.any(String), name, email });
    expect(booking?.conversationId).toBe(booking?.converation?.id);
    expect(booking?.converation?.messages.edges.map((edge) => edge.node)).toEqual(
      truthOf(t, ofBooking.externalId)
        .slice(0, 10)
        .map(({ body, automated, channel, sentAt, sentBy, read }) => ({
          ...{ id: expect.any(String), body, automated, channel, sentBy, read, sentAt: sentAt.toISOString() },
          ...{ urgent: false, priority: 0, snoozeUntil: null },
        })),
    );
    expect(booking?.converation?.messages.pageInfo).toEqual({ hasNextPage: true, endCursor: expect.any(String) });
  });

  it('page through it by the cursors they are given', async () => {
    const { t, ofBooking, bookingId } = await estate();
    const bodies: (string | null)[] = [];
    for (let c: string | null = null, more = true; more; ) {
      const answer: Awaited<ReturnType<typeof page>> = await page(t, bookingId, c);
      bodies.push(...(answer?.edges.map((edge) => edge.node.body) ?? []));
      more = answer?.pageInfo.hasNextPage ?? false;
      c = answer?.pageInfo.endCursor ?? null;
    }
    expect(bodies).toEqual(truthOf(t, ofBooking.externalId).map((one) => one.body));
  });

  it('read a lead’s conversation likewise', async () => {
    const { t, ofLead, leadId } = await estate(4);
    const { data, errors } = await t.gql(LeadConversationDocument, { id: leadId, n: 10 });
    expect(errors).toEqual([]);
    const { lead } = data.leads;
    expect(lead?.converation?.participant).toMatchObject({ name: ofLead.participantName });
    expect(lead?.converation?.messages.edges.map((edge) => edge.node.body)).toEqual(
      truthOf(t, ofLead.externalId).map((one) => one.body),
    );
  });

  it('send, and answer with the message’s id', async () => {
    const { t, ofBooking } = await estate(2);
    const c = await idOf(t, ofBooking.externalId);
    const { data, errors } = await t.gql(SendAsDocumentedDocument, { c, b: 'The door code is 4711' });
    expect(errors).toEqual([]);
    await t.settle();
    expect(t.simulator().sent).toMatchObject([
      { conversationExternalId: ofBooking.externalId, body: 'The door code is 4711' },
    ]);
    expect(await deliveryOf(t, data.conversations.sendMessage?.id ?? '')).toMatchObject({ state: 'ACCEPTED' });
  });

  it('search bookings and leads as the provider has them', async () => {
    const { booking, lead, ofBooking, ofLead } = await estate(1);
    expect(booking).toMatchObject({ externalId: ofBooking.bookingExternalId, status: 'confirmed' });
    expect(booking?.conversationId).not.toBeNull();
    expect(lead).toMatchObject({ externalId: ofLead.leadExternalId, status: 'pending' });
  });
});

describe('a documented send that cannot be done answers null and a typed error, and changes nothing', () => {
  it.each([
    ['without a conversation', { b: 'Hello' }, 'BAD_USER_INPUT'],
    ['without a body', { c: 'here' }, 'BAD_USER_INPUT'],
    ['with a blank body', { c: 'here', b: ' \n ' }, 'BAD_USER_INPUT'],
    ['to an id that is none', { c: 'nothing', b: 'Hello' }, 'NOT_FOUND'],
  ])('%s', async (_title, variables: { c?: string; b?: string }, code) => {
    const { t, ofBooking } = await estate(1);
    const here = await idOf(t, ofBooking.externalId);
    const before = await rowCounts(t);
    const c = variables.c === 'here' ? here : (variables.c ?? null);
    const { data, errors, status } = await t.gql(SendAsDocumentedDocument, { b: variables.b ?? null, c });
    expect(status).toBe(200);
    expect(data).toEqual({ conversations: { sendMessage: null } });
    expect(errors).toMatchObject([{ path: ['conversations', 'sendMessage'], extensions: { code } }]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('and without the scope', async () => {
    const { t, ofBooking } = await estate(1);
    const token = await t.tokenFor('acme', ['messages:read']);
    const c = await idOf(t, ofBooking.externalId);
    const { data, errors } = await t.gql(SendAsDocumentedDocument, { c, b: 'Hello' }, token);
    expect(data).toEqual({ conversations: { sendMessage: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

it('what is not there is null in a documented read, foreign or absent', async () => {
  const { t, bookingId } = await estate(1);
  const token = await t.tokenFor('rival');
  const foreign = await t.gql(BookingConversationDocument, { id: bookingId }, token);
  const absent = await t.gql(BookingConversationDocument, { id: bookingId.replace(/.{8}$/, '00000000') });
  expect(foreign.text).toBe(absent.text);
  expect(foreign.data).toEqual({ bookings: { booking: null } });
});

it('a booking that nobody has written about yet has no conversation', async () => {
  const t = await testApp();
  t.simulator().addBooking({ conversation: 'none' });
  await t.connect();
  const { data } = await t.gql(BookingSearchDocument, { first: 10 });
  const node = data.bookings.search?.edges[0]?.node;
  expect(node?.conversationId).toBeNull();
  const read = await t.gql(BookingConversationDocument, { id: node?.id ?? '' });
  expect(read.data.bookings.booking).toMatchObject({ conversationId: null, converation: null });
  expect(read.errors).toEqual([]);
});

async function page(t: TestApp, id: string, c: string | null) {
  return (await t.gql(BookingConversationDocument, { id, n: 7, c })).data.bookings.booking?.converation?.messages;
}
