import { describe, expect, it } from 'vitest';
import type { ConnectivitySwitches } from '../../src/providers/bookingcom-connectivity/simulator-switches.ts';
import { connectivity, messagesWithFiles, opened, participantSends, photo } from '../bookingcom/bookingcom-desk.ts';
import { testApp } from '../helpers/app.ts';
import { eventsOf, idOf, rowCounts, threadOf, until } from '../helpers/desk.ts';

/*
 * The notification service against our own two endpoints, beside the queue that tells the same.
 */

const pullEveryMs = 30_000;
const tokenUrl = `http://parley.test/webhooks/${connectivity}/token`;
const url = `http://parley.test/webhooks/${connectivity}`;

/** A connected machine account that is notified of everything, with how each delivery was answered. */
async function desk(switches: Partial<ConnectivitySwitches> = {}) {
  const t = await testApp({ provider: connectivity, switches: { redelivery: 0, ...switches } });
  const simulator = t.simulator();
  const thread = simulator.addConversation({}).externalId;
  await t.connect();
  const statuses: number[] = [];
  const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const answer = await t.app.fetch(request);
    if (request.url === url) statuses.push(answer.status);
    return answer;
  };
  const stop = simulator.deliverWebhooks?.({ tokenUrl, url, fetch }) ?? (() => undefined);
  const told = async (count: number): Promise<void> => {
    await until(t, () => statuses.length >= count);
    await t.settle();
  };
  return { t, simulator, thread, id: await idOf(t, thread), statuses, fetch, stop, told };
}

const bodiesAdded = async (t: Awaited<ReturnType<typeof desk>>['t']) =>
  (await eventsOf(t)).flatMap((event) => (event.__typename === 'MessageAdded' ? [event.message?.body] : []));

describe('a message that is notified', () => {
  it.each(['form', 'json', 'basic'] as const)('arrives without any pull, the token asked for as %s', async (how) => {
    const { t, simulator, thread, id, statuses, told } = await desk({ tokenRequest: how });
    const pulls = simulator.calls.count({ operation: 'latest' });
    simulator.guestWrites(thread, 'Is breakfast included?');
    await told(1);
    expect(statuses).toEqual([200]);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['Is breakfast included?']);
    expect(simulator.calls.count({ operation: 'latest' })).toBe(pulls);
  });

  it.each(['once', 'twice', 'disordered'] as const)('is one message, delivered %s and pulled as well', async (how) => {
    const { t, simulator, thread, id, told } = await desk({ deliveries: how });
    simulator.guestWrites(thread, 'First');
    t.clock.advance(5);
    simulator.hostWritesElsewhere(thread, 'Second');
    await told(2);
    const before = await rowCounts(t);
    await t.pass(pullEveryMs);
    await t.pass(pullEveryMs);
    expect((await threadOf(t, id)).map((one) => [one.sentBy, one.body])).toEqual([
      ['us', 'Second'],
      ['participant', 'First'],
    ]);
    expect((await bodiesAdded(t)).toSorted()).toEqual(['First', 'Second']);
    expect((await rowCounts(t)).message).toBe(before.message);
  });

  it('that was pulled before is not told again', async () => {
    const { t, simulator, thread, stop, fetch } = await desk();
    stop();
    simulator.guestWrites(thread, 'Once');
    await t.pass(pullEveryMs);
    await simulator.authorizeWebhooks?.(tokenUrl, fetch);
    const delivery = simulator.webhook({ conversation: thread });
    for (const again of [1, 2])
      expect([again, (await fetch(url, { method: 'POST', ...delivery })).status]).toEqual([again, 200]);
    await t.settle();
    expect(await bodiesAdded(t)).toEqual(['Once']);
  });

  it('that never arrives is pulled', async () => {
    const { t, simulator, thread, id } = await desk({ deliveries: 'dropsSome' });
    for (const body of ['1', '2', '3', '4', '5', '6']) {
      simulator.guestWrites(thread, body);
      t.clock.advance(5);
    }
    await t.pass(pullEveryMs);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['6', '5', '4', '3', '2', '1']);
  });

  it('by somebody who was given no token of ours is refused, and changes nothing', async () => {
    const { t, simulator, thread, fetch, stop } = await desk();
    stop();
    simulator.guestWrites(thread, 'Forged');
    const before = await rowCounts(t);
    for (const news of [{ secret: 'guessed' }, { token: 'a.b.c' }]) {
      const delivery = simulator.webhook({ conversation: thread, ...news });
      expect((await fetch(url, { method: 'POST', ...delivery })).status).toBe(401);
    }
    const wrong = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' });
    expect((await fetch(tokenUrl, { method: 'POST', body: wrong })).status).toBe(401);
    expect(await rowCounts(t)).toEqual(before);
  });
});

describe('a text that is judged to be phishing', () => {
  it('is replaced here as soon as that is notified, and its file is gone', async () => {
    const { t, simulator, thread, id, told } = await desk();
    participantSends(simulator, thread, 'Pay me at evil.example', photo());
    await told(1);
    const [before] = await messagesWithFiles(t, id);
    expect(before).toMatchObject({ body: 'Pay me at evil.example', attachments: [{}] });
    const fileUrl = before?.attachments[0]?.url;
    expect((await opened(t, fileUrl)).bytes.equals(photo())).toBe(true);
    const message = simulator.conversations().at(-1)?.messages.at(-1)?.externalId ?? '';
    simulator.changeMessage(message, { redacted: true });
    t.clock.advance(1);
    await told(2);
    const after = await messagesWithFiles(t, id);
    expect(after).toMatchObject([{ id: before?.id, body: 'This message was deleted', attachments: [] }]);
    expect((await opened(t, fileUrl)).bytes).toHaveLength(0);
    expect(await bodiesAdded(t)).toHaveLength(1);
    const changed = (await eventsOf(t)).some(
      (event) => event.__typename === 'MessageChanged' && event.message?.id === before?.id,
    );
    expect(changed).toBe(true);
  });

  it('is replaced by the next walk over everything where nothing was notified', async () => {
    const { t, simulator, thread, id, stop } = await desk();
    stop();
    const message = simulator.guestWrites(thread, 'Pay me at evil.example');
    await t.pass(pullEveryMs);
    simulator.changeMessage(message, { redacted: true });
    await t.pass(6 * 3_600_000);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['This message was deleted']);
  });
});
