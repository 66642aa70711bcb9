import { describe, expect, it } from 'vitest';
import { testApp } from '../helpers/app.ts';

const inbox = /* GraphQL */ `
  query { conversations(first: 50) { totalCount nodes { id participant { name email } lastMessage { body } messages(first: 20) { totalCount nodes { body sentBy sentAt } } } sources { state } } }
`;

describe('the whole path', () => {
  it('imports an account and shows its inbox as the provider has it', async () => {
    const t = await testApp({ size: 12 });
    await t.connect();
    const { data, errors } = await t.gql(inbox);
    expect(errors).toEqual([]);
    const truth = t.simulator().conversations();
    expect(data.conversations.totalCount).toBe(truth.length);
    expect(data.conversations.nodes.map((n: any) => n.participant.name).sort()).toEqual(truth.map((c) => c.participantName).sort());
  });

  it('delivers what it is asked to send, once, and shows the guest answering', async () => {
    const t = await testApp({ size: 3 });
    await t.connect();
    const { data } = await t.gql(inbox);
    const conversation = data.conversations.nodes[0];
    const sent = await t.gql(
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id delivery { state } } errors { code message } idempotencyKey replayed cursor } }`,
      { input: { conversationId: conversation.id, body: 'Hello there', idempotencyKey: 'k1' } },
    );
    expect(sent.errors).toEqual([]);
    expect(sent.data.sendMessage.errors).toEqual([]);
    await t.settle();
    expect(t.simulator().sent.map((one) => one.body)).toEqual(['Hello there']);
    const after = await t.gql(`query ($id: ID!) { node(id: $id) { ... on ConversationMessage { externalId sentAt delivery { state evidence attempts { number outcome } } } } }`, { id: sent.data.sendMessage.message.id });
    expect(after.data.node.delivery).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });
    await t.pass(31_000);
    const again = await t.gql(inbox);
    expect(again.data.conversations.nodes[0].messages.nodes.filter((m: any) => m.body === 'Hello there')).toHaveLength(1);
  });
});
