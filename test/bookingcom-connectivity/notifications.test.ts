import { describe, expect, test } from 'vitest';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { bookingcomConnectivity } from '../../src/providers/bookingcom-connectivity/index.ts';
import type { ConnectivitySwitches } from '../../src/providers/bookingcom-connectivity/simulator-switches.ts';
import { messagesIn, openThread, visit } from './connectivity-visit.ts';

const tokenUrl = 'https://parley.test/webhooks/bookingcom-connectivity/token';
const url = 'https://parley.test/webhooks/bookingcom-connectivity';

/** Our two endpoints, with what the second one was told. */
function endpoints(switches: Partial<ConnectivitySwitches>) {
  const visited = visit(switches, { size: 0 });
  const events: ProviderEvent[] = [];
  const ids: (string | null)[] = [];
  const statuses: number[] = [];
  const route = bookingcomConnectivity.routes?.find(({ path }) => path === 'token');
  const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const headers = Object.fromEntries(request.headers);
    const delivery = { headers, body: new Uint8Array(await request.arrayBuffer()), receivedAt: visited.clock.now() };
    if (request.url === tokenUrl && route) {
      const answer = route.handle(delivery, [visited.credentials]);
      return new Response(answer.body, { status: answer.status, headers: answer.headers });
    }
    const verdict = bookingcomConnectivity.webhook?.(delivery, [visited.credentials]);
    statuses.push(verdict?.valid ? 200 : 401);
    if (!verdict?.valid) return new Response('', { status: 401 });
    ids.push(verdict.deliveryId);
    events.push(...verdict.accounts.flatMap((one) => one.events));
    return new Response('');
  };
  const stop = visited.simulator.deliverWebhooks?.({ tokenUrl, url, fetch });
  return { ...visited, fetch, events, ids, statuses, stop };
}

/** Lets deliveries that are under way arrive. */
async function arrived(reached: () => boolean): Promise<void> {
  for (let turn = 0; !reached() && turn < 1000; turn += 1) await sleep(systemClock, 0);
}

describe('the notification service', () => {
  test('is given a token, however it asks, and tells of every message of either side', async () => {
    for (const tokenRequest of ['form', 'json', 'basic'] as const) {
      const { simulator, clock, events, ids } = endpoints({ tokenRequest });
      const truth = openThread({ simulator, clock });
      const before = ids.length;
      const asked = simulator.guestWrites(truth.externalId, 'Is there a lift?');
      const answered = simulator.hostWritesElsewhere(truth.externalId, 'There is.');
      await arrived(() => ids.length >= before + 2);
      const told = messagesIn(events).filter(({ externalId }) => externalId === asked || externalId === answered);
      expect(told.map(({ sentBy, body }) => [sentBy, body]).sort()).toEqual([
        ['participant', 'Is there a lift?'],
        ['us', 'There is.'],
      ]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('shows a token that is over no longer, and is given another', async () => {
    const { simulator, clock, ids, statuses } = endpoints({});
    const truth = openThread({ simulator, clock });
    simulator.guestWrites(truth.externalId, 'First');
    await arrived(() => ids.length > 0);
    clock.advance(3_600_000);
    const before = ids.length;
    simulator.guestWrites(truth.externalId, 'Later');
    await arrived(() => ids.length > before);
    expect(ids.length).toBeGreaterThan(before);
    expect(statuses).not.toContain(401);
  });

  test('has a text that was judged to be phishing replaced', async () => {
    const { simulator, clock, events, ids } = endpoints({});
    const truth = openThread({ simulator, clock });
    const id = simulator.guestWrites(truth.externalId, 'Pay me here');
    await arrived(() => ids.length > 0);
    const before = ids.length;
    simulator.changeMessage(id, { redacted: true });
    clock.advance(1);
    await arrived(() => ids.length > before);
    const told = messagesIn(events).filter(({ externalId }) => externalId === id);
    expect(told.map(({ body }) => body)).toEqual(['Pay me here', 'This message was deleted']);
    expect(events.at(-1)).toEqual({ type: 'stale', conversation: truth.externalId });
  });
});
