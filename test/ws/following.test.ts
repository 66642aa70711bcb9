import { describe, expect, it } from 'vitest';
import { HeadDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, idOf, send } from '../helpers/desk.ts';
import { type Follower, follow } from '../helpers/follower.ts';

const POLL_MS = 30_000;

async function served() {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  const accountId = await t.connect();
  const { url } = await t.listen();
  return { t, url, externalId, accountId };
}

async function head(t: TestApp): Promise<string> {
  return (await t.gql(HeadDocument)).data.eventCursor;
}

const bodies = (follower: Follower): readonly (string | null)[] => follower.told.map((one) => one.message.body);

describe('somebody who follows over a websocket', () => {
  it('sees a guest’s message in a hot conversation within one poll interval', async () => {
    const { t, url, externalId } = await served();
    const follower = follow(url, t.token, { after: await head(t) });
    const id = t.simulator().guestWrites(externalId, 'Is there a lift?');
    expect(follower.told).toEqual([]);
    await t.pass(POLL_MS);
    await follower.has(1);
    expect(follower.told).toMatchObject([
      {
        message: { body: 'Is there a lift?', sentBy: 'participant', backfilled: false },
        conversation: { unreadCount: 1 },
      },
    ]);
    expect(id).not.toBe('');
  });

  it('sees a conversation that begins with its first message, once its booking is looked at', async () => {
    const { t, url } = await served();
    const follower = follow(url, t.token, { after: await head(t) });
    const { externalId } = t.simulator().addConversation();
    t.simulator().guestWrites(externalId, 'We have just booked');
    await t.pass(POLL_MS);
    await follower.has(1);
    expect(bodies(follower)).toEqual(['We have just booked']);
  });

  it('sees what is sent from here when it is queued, before the provider has it', async () => {
    const { t, url, externalId } = await served();
    const id = await idOf(t, externalId);
    t.simulator().faults.next({ kind: 'status', status: 429, retryAfter: 60 }, { operation: 'sendMessage' });
    const follower = follow(url, t.token, { after: await head(t) });
    const { message, cursor } = await send(t, id, 'Our own words');
    await follower.has(1);
    expect(follower.told).toMatchObject([{ cursor, message: { id: message?.id, sentBy: 'us' } }]);
    await t.settle();
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'QUEUED' });
  });

  it('killed again and again and resumed with the last cursor, sees all of 100 messages once, in order', async () => {
    const { t, url, externalId } = await served();
    const said: string[] = [];
    const seen: (string | null)[] = [];
    let after = await head(t);
    const say = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        said.push(`message ${said.length}`);
        t.simulator().guestWrites(externalId, said.at(-1) ?? '');
      }
      await t.pass(POLL_MS);
    };
    for (let round = 0; round < 10; round += 1) {
      const follower = follow(url, t.token, { after });
      // Some while it listens, and some while it is away.
      await say(6);
      await follower.has(1 + ((round * 5) % 6));
      follower.kill();
      seen.push(...bodies(follower));
      after = follower.cursor ?? after;
      await say(4);
    }
    const last = follow(url, t.token, { after });
    await last.has(said.length - seen.length);
    seen.push(...bodies(last));
    expect(said).toHaveLength(100);
    expect(seen).toEqual(said);
  });

  it('is told to read anew where its cursor is another tenant’s', async () => {
    const { t, url } = await served();
    const follower = follow(url, await t.tokenFor('rival'), { after: await head(t) });
    await expect(follower.has(1)).rejects.toThrow('RESYNC_REQUIRED');
  });
});
