import { describe, expect, it } from 'vitest';
import { InboxDocument } from '../generated/operations.ts';
import { testApp } from '../helpers/app.ts';
import { deliveryOf, inboxOf, sent, threadOf } from '../helpers/desk.ts';

describe('the whole path', () => {
  it('imports an account and shows its inbox as the provider has it', async () => {
    const t = await testApp({ size: 12 });
    await t.connect();
    const { data, errors } = await t.gql(InboxDocument, { first: 50 });
    expect(errors).toEqual([]);
    const truth = t.simulator().conversations();
    expect(data.conversations.totalCount).toBe(truth.length);
    const names = data.conversations.nodes.map((one) => one.participant?.name);
    expect(names.toSorted()).toEqual(truth.map((one) => one.participantName).toSorted());
    expect(data.conversations.sources).toMatchObject([{ state: 'FRESH', error: null }]);
  });

  it('delivers what it is asked to send, once, and shows the guest answering', async () => {
    const t = await testApp({ size: 3 });
    await t.connect();
    const [conversation] = await inboxOf(t);
    const id = conversation?.id ?? '';
    const message = await sent(t, id, 'Hello there');
    expect(t.simulator().sent.map((one) => one.body)).toEqual(['Hello there']);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });

    await t.pass(2_000);
    t.simulator().guestWrites(conversation?.externalId ?? '', 'Thank you!');
    await t.pass(31_000);
    const bodies = (await threadOf(t, id)).map((one) => one.body);
    expect(bodies.slice(0, 2)).toEqual(['Thank you!', 'Hello there']);
    expect(bodies.filter((body) => body === 'Hello there')).toHaveLength(1);
  });
});
