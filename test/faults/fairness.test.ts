import { describe, expect, it } from 'vitest';
import type { TestApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { idOf, send } from '../helpers/desk.ts';
import { connectStub, stubDesk } from '../helpers/stub-desk.ts';

interface Found {
  readonly conversations: { readonly nodes: readonly { readonly id: string }[] };
}

const listing = 'query ($filter: ConversationFilter) { conversations(first: 100, filter: $filter) { nodes { id } } }';
const idsIn = async (t: TestApp, filter: object): Promise<readonly string[]> =>
  (await t.ask<Found>(listing, { filter })).data.conversations.nodes.map(({ id }) => id);
const idsOf = (t: TestApp, accountId: string) => idsIn(t, { accountIds: [accountId] });

describe.each(databaseKinds)('sends that wait (%s)', (kind) => {
  it('of one busy account leave room for those of others, and each conversation keeps its order', async () => {
    const { t, stub } = await stubDesk({ app: { kind } });
    for (let index = 0; index < 40; index += 1) stub.says(stub.thread());
    const [busy, quiet] = [await connectStub(t, stub, 'busy'), await connectStub(t, stub, 'quiet')];
    const [mine, theirs] = [await idsOf(t, busy), await idsOf(t, quiet)];
    await t.app.stop();
    for (const round of ['first', 'second', 'third']) for (const id of mine) await send(t, id, `${id} ${round}`);
    await send(t, theirs[0] ?? '', 'The only one');
    const next = t.another();
    next.start();
    await next.settle();
    const order = stub.sent.map(({ body }) => body);
    expect(order).toHaveLength(121);
    // Among the first: some of the busy account are on their way already when it is its turn.
    expect(order.indexOf('The only one')).toBeLessThan(10);
    for (const id of mine)
      expect(order.filter((body) => body.startsWith(id))).toEqual([`${id} first`, `${id} second`, `${id} third`]);
  });

  it('that may not have arrived are found by their conversations', async () => {
    const { t, stub } = await stubDesk({ app: { kind } });
    const [good, bad] = [stub.thread(), stub.thread()];
    for (const thread of [good, bad]) stub.says(thread);
    await connectStub(t, stub);
    const found = (undelivered: boolean) => idsIn(t, { undelivered });
    const id = await idOf(t, bad.externalId);
    expect(await found(true)).toEqual([]);
    stub.fail('send', 'invalid');
    await send(t, id, 'Not taken');
    await t.settle();
    await send(t, await idOf(t, good.externalId), 'Taken');
    await t.settle();
    expect(await found(true)).toEqual([id]);
    expect(await found(false)).toEqual([await idOf(t, good.externalId)]);
  });
});
