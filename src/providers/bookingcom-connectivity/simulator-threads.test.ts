import { describe, expect, it } from 'vitest';
import { type Answer, visit } from './simulator-visitor.ts';

const day = 86_400_000;

describe('a conversation list', () => {
  it('shows fifty a page, the latest activity first, and moves when something happens meanwhile', async () => {
    const { ask, simulator, clock } = visit();
    const listing = simulator.world.listings.get(1)?.id ?? 1;
    const all = Array.from({ length: 60 }, () => {
      clock.advance(1_000);
      return simulator.addConversation({ listingId: listing });
    });
    const path = `/properties/${all[0]?.propertyExternalId}/conversations`;
    const first = (await ask(`GET ${path}`)).body.data;
    expect(first.conversations).toHaveLength(50);
    expect(first.conversations[0].conversation_id).toBe(all[59]?.externalId);
    expect(first.next_page_id).toMatch(/-8080-808080808080$/);
    // The oldest comes to the top, and is skipped by who only pages on.
    clock.advance(1_000);
    simulator.guestWrites(all[0]?.externalId ?? '', 'Me again');
    const second = (await ask(`GET ${path}?page_id=${first.next_page_id}`)).body.data;
    expect(second.conversations).toHaveLength(9);
    expect(second).not.toHaveProperty('next_page_id');
    simulator.switches.lastPage = 'empty';
    expect((await ask(`GET ${path}?page_id=${first.next_page_id}`)).body.data.next_page_id).toBe('');
    simulator.switches.lastPage = 'null';
    expect((await ask(`GET ${path}?page_id=${first.next_page_id}`)).body.data.next_page_id).toBeNull();
    expect((await ask(`GET ${path}?page_id=nonsense`)).status).toBe(400);
  });

  it('has the latest message alone, all of them, or the fields of the samples', async () => {
    const { ask, simulator, clock } = visit();
    const truth = simulator.addConversation();
    const file = simulator.addAttachment?.(truth.externalId, {
      name: 'a.png',
      contentType: 'image/png',
      bytes: new Uint8Array(3),
    });
    simulator.guestWrites(truth.externalId, 'One');
    clock.advance(1);
    simulator.guestWrites(truth.externalId, 'Two', { attachments: [file ?? ''] });
    const listed = async () =>
      (await ask(`GET /properties/${truth.propertyExternalId}/conversations`)).body.data.conversations[0].messages;
    expect(await listed()).toMatchObject([{ content: 'Two', attachment_files_uuid: [file] }]);
    simulator.switches.listMessages = 'allOldestFirst';
    expect((await listed()).map((one: { content: string }) => one.content)).toEqual(['One', 'Two']);
    simulator.switches.listMessages = 'latestAsInSamples';
    const [message] = await listed();
    expect(message).not.toHaveProperty('attachment_files_uuid');
    expect(message).not.toHaveProperty('attachment_ids');
  });
});

describe('a thread', () => {
  it('is paged back from the newest, in full', async () => {
    const { ask, pathOf, simulator, clock } = visit();
    const truth = simulator.addConversation({ createdAt: new Date(clock.now().getTime() - 20 * day), messages: 120 });
    const told: string[] = [];
    for (let page: string | undefined = ''; page !== undefined; ) {
      const { data }: Answer['body'] = (await ask(`GET ${pathOf(truth)}${page && `?page_id=${page}`}`)).body;
      told.push(...data.conversation.messages.map((one: { message_id: string }) => one.message_id));
      page = data.next_page_id;
    }
    expect(told.toReversed()).toEqual(truth.messages.map(({ externalId }) => externalId));
  });

  it('is found by its reservation, also while it is empty, and not by another property', async () => {
    const { ask, simulator } = visit();
    const truth = simulator.addConversation({ listingId: 1 });
    const path = `/properties/${truth.propertyExternalId}/conversations/type/reservation`;
    const found = await ask(`GET ${path}?conversation_reference=${truth.bookingExternalId}`);
    expect(found.body.data.conversation).toMatchObject({ conversation_id: truth.externalId, messages: [] });
    expect((await ask(`GET ${path}`)).status).toBe(400);
    const elsewhere = simulator.addConversation({ listingId: 4 });
    expect((await ask(`GET ${path}?conversation_reference=${elsewhere.bookingExternalId}`)).status).toBe(404);
    simulator.switches.unknownThing = 403;
    expect((await ask(`GET ${path}?conversation_reference=1`)).status).toBe(403);
  });

  it('tells ids as texts or numbers, items without an id and missing tags, as the switches say', async () => {
    const { ask, pathOf, simulator } = visit({ propertyIdType: 'number', strayItems: true });
    const truth = simulator.addConversation();
    simulator.guestWrites(truth.externalId, 'One');
    const read = async () => (await ask(`GET ${pathOf(truth)}`)).body.data.conversation;
    const { participants, messages } = await read();
    expect(participants[1].metadata.id).toBe(Number(truth.propertyExternalId));
    expect(Object.keys(messages[1])).toEqual(['tags']);
    simulator.switches.tags = 'absent';
    expect(await read()).not.toHaveProperty('tags');
  });

  it('turns read only when the property may write no more, and opens again with the guest', async () => {
    const { ask, pathOf, simulator, clock } = visit();
    const truth = simulator.addConversation({ checkIn: new Date(clock.now().getTime() - 20 * day), nights: 3 });
    const access = async () => (await ask(`GET ${pathOf(truth)}`)).body.data.conversation.access;
    expect(await access()).toBe('read_only');
    expect(simulator.stateOf?.(truth.externalId).writable).toBe(false);
    expect((await ask(`POST ${pathOf(truth)}`, { message: { content: 'Hello' } })).status).toBe(403);
    simulator.guestWrites(truth.externalId, 'I left my hat');
    expect(await access()).toBe('read_write');
    clock.advance(14 * day + 1);
    expect(await access()).toBe('read_only');
    simulator.switches.readOnlyFrom = 'guestWindow';
    expect(await access()).toBe('read_write');
  });

  it('of a request to book has no tags, no files and no name, and goes on under its reservation', async () => {
    const { ask, pathOf, simulator, world } = visit({ requestToBook: true });
    const truth = simulator.addConversation({ status: 'requested' });
    const read = async () => (await ask(`GET ${pathOf(truth)}`)).body.data.conversation;
    const before = await read();
    expect(before).toMatchObject({
      conversation_type: 'request_to_book',
      participants: [{ metadata: { type: 'guest' } }, {}],
    });
    expect((await ask(`PUT ${pathOf(truth)}/tags/no_reply_needed`)).status).toBe(403);
    world.changeBooking([...world.bookings.keys()].at(-1) ?? 0, { status: 'confirmed' });
    const after = await read();
    expect(after).toMatchObject({ conversation_type: 'reservation', conversation_id: before.conversation_id });
    expect(after.conversation_reference).not.toBe(before.conversation_reference);
    expect(after.participants[0].metadata.name).toEqual(expect.any(String));
    simulator.switches.requestToBook = false;
    expect(simulator.conversations()).toHaveLength(1);
  });

  it("shows a guest's answer by mail with what the mail program left around it", async () => {
    const { simulator } = visit({ mailReply: 'subjectAndQuote' });
    const truth = simulator.addConversation();
    simulator.guestWrites(truth.externalId, 'Fine by me', { channel: 'email' });
    const [message] = simulator.conversations()[0]?.messages ?? [];
    expect(message?.body).toMatch(/^Re: You have a message from [^\n]+\nFine by me\n(.*\n)*> Confirmation number: \d+/);
  });
});
