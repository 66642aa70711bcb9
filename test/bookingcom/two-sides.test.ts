import { describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { BookingPageDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf, threadOf } from '../helpers/desk.ts';
import { pictureFile, upload } from '../helpers/stub-desk.ts';
import { connectivity, demand, found, messagesWithFiles, opened, sends, truthOf } from './bookingcom-desk.ts';

/*
 * One estate seen from both of its sides at once: the property's by one account, the guest's by another.
 */

const lookMs = 600_000;

/** Both accounts over one estate, with one reservation in whose thread nobody has written, and our two ids of that. */
async function desk() {
  const t = await testApp({ provider: connectivity });
  const property = t.simulator(connectivity);
  const thread = property.addConversation({}).externalId;
  const accounts = { property: await t.connect(connectivity), guest: await t.connect(demand) };
  const at = async (accountId: string): Promise<string> => {
    const nodes = await found(t, truthOf(property, thread));
    const { data } = await t.ask<{ nodes: readonly { id: string; account: { id: string } }[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { id account { id } } } }',
      { ids: nodes.map(({ id }) => id) },
    );
    return data.nodes.find((one) => one.account.id === accountId)?.id ?? '';
  };
  return { t, thread, property, host: await at(accounts.property), guest: await at(accounts.guest) };
}

const seen = async (t: TestApp, id: string) => (await threadOf(t, id)).map((one) => [one.sentBy, one.body]);

describe('a message', () => {
  it('is ours on the side that sent it and the participant’s on the other, once on each', async () => {
    const { t, host, guest } = await desk();
    await sends(t, { conversationId: guest, body: 'May we arrive at noon?' });
    await t.pass(lookMs);
    t.clock.advance(5);
    await sends(t, { conversationId: host, body: 'You may.' });
    await t.pass(lookMs);
    expect(await seen(t, host)).toEqual([
      ['us', 'You may.'],
      ['participant', 'May we arrive at noon?'],
    ]);
    expect(await seen(t, guest)).toEqual([
      ['participant', 'You may.'],
      ['us', 'May we arrive at noon?'],
    ]);
    expect(t.simulator(connectivity).sent.map((one) => one.body)).toEqual(['You may.']);
    expect(t.simulator(demand).sent.map((one) => one.body)).toEqual(['May we arrive at noon?']);
  });

  it('is unread where it was received alone', async () => {
    const { t, host, guest } = await desk();
    await sends(t, { conversationId: guest, body: 'Hello' });
    await t.pass(lookMs);
    const unread = new Map((await inboxOf(t)).map((one) => [one.id, one.unreadCount]));
    expect([unread.get(host), unread.get(guest)]).toEqual([1, 0]);
  });

  it('carries its picture across, and each side opens it by its own address', async () => {
    const { t, host, guest } = await desk();
    await sends(t, { conversationId: guest, body: 'Hello' });
    await t.pass(lookMs);
    const crossing = [
      [host, guest, 'door.png'],
      [guest, host, 'hat.png'],
    ] as const;
    for (const [from, to, name] of crossing) {
      const { attachment } = await upload(t, from, pictureFile(name));
      t.clock.advance(5);
      await sends(t, { conversationId: from, body: name, attachmentIds: [attachment?.id ?? ''] });
      await t.pass(lookMs);
      const [there] = await messagesWithFiles(t, to);
      expect(there).toMatchObject({ body: name, sentBy: 'participant', attachments: [{}] });
      expect(there?.attachments[0]?.id).not.toBe(attachment?.id);
      const bytes = Buffer.from(await pictureFile().arrayBuffer());
      expect((await opened(t, there?.attachments[0]?.url)).bytes.equals(bytes)).toBe(true);
    }
  });
});

describe('a booking', () => {
  it('is found on both sides by the same two numbers, its page showing that side’s conversation', async () => {
    const { t, property, thread, host, guest } = await desk();
    const nodes = await found(t, truthOf(property, thread));
    expect(nodes.map((one) => one.id).toSorted()).toEqual([host, guest].toSorted());
    expect(nodes.map((one) => one.externalId)).toEqual([thread, thread]);
    for (const node of nodes) {
      const { data } = await t.gql(BookingPageDocument, { id: node.booking?.id ?? '' });
      expect(data.bookings?.booking?.conversations.map((one) => one.id)).toEqual([node.id]);
    }
  });
});

it('every account of the registry shows the one estate, each in its own words', async () => {
  const t = await testApp({ provider: connectivity, size: 8 });
  for (const { id } of providers) await t.connect(id);
  await t.pass(lookMs);
  for (const { id } of providers) {
    const { data } = await t.ask<{ conversations: { nodes: readonly { externalId: string }[] } }>(
      'query ($filter: ConversationFilter) { conversations(filter: $filter, first: 100) { nodes { externalId } } }',
      { filter: { provider: id } },
    );
    // A feed tells of conversations by their messages: what nobody wrote in is not in it.
    const written = t
      .simulator(id)
      .conversations()
      .filter((one) => one.messages.length > 0);
    expect(data.conversations.nodes.map((one) => one.externalId)).toEqual(
      expect.arrayContaining(written.map((one) => one.externalId)),
    );
  }
});
