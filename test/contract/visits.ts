import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import type { ProviderRoute, WebhookDelivery, WebhookVerdict } from '../../src/providers/webhook-contract.ts';
import type { DeliveryTarget } from '../../src/simulator/contract.ts';
import type { SimulatorFetch } from '../../src/simulator/host.ts';
import { type Bench, openBench, type Subject, until } from './bench.ts';
import { hear } from './walking.ts';

const url = 'https://parley.test/webhooks/provider';

/** A provider that calls us: for a token first, where it wants one, and then with its news. */
export function describeVisits(subject: Subject): void {
  const { simulator: probe } = openBench(subject, { size: 0 });

  if (probe.authorizeWebhooks) {
    describe('gives tokens to the provider', () => {
      it('which it carries and which are accepted', async () => {
        const door = openDoor(subject);
        await door.bench.simulator.authorizeWebhooks?.(door.tokenUrl, door.fetch);
        const signed = door.bench.simulator.webhook();
        if (!signed) throw new Error('the simulator makes no delivery');
        const answer = await door.fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
        expect([answer.status, door.verdicts.length]).toEqual([204, 1]);
      });

      it('but none to one who names other credentials, and none while no account is connected', async () => {
        const [door, nobody] = [openDoor(subject), openDoor(subject, { accounts: [] })];
        const stranger = openBench(subject, { account: 'other' }).simulator;
        await expect(stranger.authorizeWebhooks?.(door.tokenUrl, door.fetch)).rejects.toThrow();
        await expect(nobody.bench.simulator.authorizeWebhooks?.(nobody.tokenUrl, nobody.fetch)).rejects.toThrow();
      });

      it('and finds the account that asks among others', async () => {
        const stranger = openBench(subject, { account: 'other' });
        const own = openBench(subject).credentials;
        const door = openDoor(subject, { accounts: [stranger.credentials, own, stranger.credentials] });
        await door.bench.simulator.authorizeWebhooks?.(door.tokenUrl, door.fetch);
        const signed = door.bench.simulator.webhook();
        await door.fetch(url, { method: 'POST', headers: signed?.headers ?? {}, body: signed?.body ?? '' });
        expect(door.verdicts.map(indexesOf)).toEqual([[1]]);
      });

      it('and nothing but a refusal to whatever else is posted there', () => {
        const { routes, bench } = openDoor(subject);
        const bodies = ['', '{}', 'null', '[', 'grant_type=client_credentials', '%E0%A4%A', 'x'.repeat(100_000)];
        const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', ''];
        const authorizations = ['', 'Basic', 'Basic ====', 'Bearer x', `Basic ${btoa(':')}`, 'é'];
        for (const route of routes)
          for (const body of bodies)
            for (const type of types)
              for (const authorization of authorizations) {
                const headers = { 'content-type': type, authorization };
                const delivery = deliveryOf(headers, new TextEncoder().encode(body), bench);
                const { status } = route.handle(delivery, [bench.credentials]);
                expect(status >= 400 && status < 500).toBe(true);
              }
      });
    });
  }

  if (probe.deliverWebhooks && subject.traits.webhooksTell === 'hints') {
    describe('is hinted at everything', () => {
      it('that anybody writes, again and again until the hint is taken', async () => {
        const { bench, target, verdicts } = openDoor(subject, { refusals: 1 });
        const stop = bench.simulator.deliverWebhooks?.(target);
        const written = write(bench);
        let turns = 0;
        await until(() => {
          if (turns++ % 50 === 49) bench.clock.advance(60_000);
          return verdicts.length > written.length;
        });
        expect(verdicts.map(indexesOf)).toEqual(verdicts.map(() => [0]));
        stop?.();
      });
    });
  }

  if (probe.deliverWebhooks && subject.traits.webhooksTell === 'news') {
    describe('is told of everything', () => {
      it('that anybody writes, in its conversation, as the feed would tell it', async () => {
        const { bench, target, eventsSoFar } = openDoor(subject);
        const stop = bench.simulator.deliverWebhooks?.(target);
        const written = write(bench);
        await until(() => eventsSoFar().length > 0 && heardIn(eventsSoFar()).size >= written.length);
        const heard = hear(eventsSoFar()).messages;
        for (const { conversation, message, sentBy } of written) {
          const told = heard.get(conversation)?.find(({ externalId }) => externalId === message);
          expect(told?.sentBy).toBe(sentBy);
        }
        stop?.();
        const before = eventsSoFar().length;
        write(bench);
        bench.clock.advance(60_000);
        expect(eventsSoFar()).toHaveLength(before);
      });

      it('again and again until it is taken, under the same id', async () => {
        const door = openDoor(subject, { refusals: 2 });
        const { bench, target, verdicts, eventsSoFar } = door;
        bench.simulator.deliverWebhooks?.(target);
        const [first] = bench.simulator.conversations();
        bench.simulator.guestWrites(first?.externalId ?? '', 'Only once');
        let turns = 0;
        await until(() => {
          if (turns++ % 50 === 49) bench.clock.advance(60_000);
          return eventsSoFar().length > 0;
        });
        const ids = verdicts.map((verdict) => (verdict.valid ? verdict.deliveryId : 'refused'));
        expect(verdicts.length).toBeGreaterThan(1);
        expect(new Set(ids).size).toBe(1);
      });
    });
  }
}

interface Door {
  readonly bench: Bench;
  readonly target: DeliveryTarget;
  readonly tokenUrl: string;
  readonly fetch: SimulatorFetch;
  readonly routes: readonly ProviderRoute[];
  /** Of every delivery that arrived. */
  readonly verdicts: WebhookVerdict[];
  /** Of those that were taken. */
  eventsSoFar(): readonly ProviderEvent[];
}

/** Our side as the provider sees it: its endpoints, in front of an account. `refusals`: so many deliveries are not taken at first. */
function openDoor(
  subject: Subject,
  options: { readonly accounts?: readonly unknown[]; readonly refusals?: number } = {},
): Door {
  const { module } = subject;
  const bench = openBench(subject);
  const accounts = options.accounts ?? [bench.credentials];
  const routes = module.routes ?? [];
  const verdicts: WebhookVerdict[] = [];
  const taken: ProviderEvent[] = [];
  let refusals = options.refusals ?? 0;
  const take = (delivery: WebhookDelivery): Response => {
    const verdict = module.webhook?.(delivery, accounts) ?? { valid: false, reason: 'there are no webhooks' };
    verdicts.push(verdict);
    if (!verdict.valid) return new Response(null, { status: 401 });
    refusals -= 1;
    if (refusals >= 0) return new Response(null, { status: 503 });
    taken.push(...verdict.accounts.flatMap(({ events }) => events));
    return new Response(null, { status: 204 });
  };
  const fetch: SimulatorFetch = async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    const delivery = deliveryOf(Object.fromEntries(request.headers), body, bench);
    if (request.url === url) return take(delivery);
    const route = routes.find((one) => request.url === `${url}/${one.path}` && one.method === request.method);
    if (!route) return new Response(null, { status: 404 });
    const answer = route.handle(delivery, accounts);
    return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } });
  };
  const tokenUrl = `${url}/${routes[0]?.path ?? ''}`;
  return {
    ...{ bench, routes, verdicts, tokenUrl, fetch },
    target: { tokenUrl, url, fetch },
    eventsSoFar: () => taken,
  };
}

function deliveryOf(headers: Readonly<Record<string, string>>, body: Uint8Array, { clock }: Bench): WebhookDelivery {
  return { headers, body, receivedAt: clock.now() };
}

/** Something of each side in two conversations. */
function write({ simulator, clock }: Bench) {
  const [first, second] = simulator.conversations();
  return [first?.externalId ?? '', second?.externalId ?? ''].flatMap((conversation) => {
    clock.advance(1000);
    return [
      { conversation, message: simulator.guestWrites(conversation, 'Is there a lift?'), sentBy: 'participant' },
      { conversation, message: simulator.hostWritesElsewhere(conversation, 'There is.'), sentBy: 'us' },
    ];
  });
}

function heardIn(events: readonly ProviderEvent[]): ReadonlySet<string> {
  return new Set([...hear(events).messages.values()].flat().map(({ externalId }) => externalId));
}

function indexesOf(verdict: WebhookVerdict): readonly number[] {
  return verdict.valid ? verdict.accounts.map(({ index }) => index) : [];
}
