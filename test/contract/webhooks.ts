import { describe, expect, it } from 'vitest';
import type { WebhookDelivery, WebhookVerdict } from '../../src/providers/webhook-contract.ts';
import type { SignedDelivery } from '../../src/simulator/contract.ts';
import { type Bench, openBench, type Subject } from './bench.ts';

// Good as a key in base64 and as plain text.
const otherSecret = 'b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC1vdGhlcg==';

// What any delivery has, and none is proven by.
const unsigned = ['content-type', 'user-agent'];

/** Deliveries that claim to come from the provider. */
export function describeWebhooks(subject: Subject): void {
  const judge = subject.module.webhook?.bind(subject.module);
  if (!judge) return;

  /** A genuine delivery to an account, and what is made of it. */
  const open = async (news?: Parameters<Bench['simulator']['webhook']>[0]) => {
    const bench = openBench(subject);
    await authorize(bench);
    const signed = bench.simulator.webhook(news);
    if (!signed) throw new Error('the simulator makes no delivery');
    const arrived = arrive(signed, bench);
    const verdict = (change: Partial<WebhookDelivery> = {}, accounts: readonly unknown[] = [bench.credentials]) =>
      judge({ ...arrived, ...change }, accounts);
    return { bench, arrived, verdict };
  };
  const refused = { valid: false };
  // Where a token is carried the body is not signed.
  const isSigned = !openBench(subject, { size: 0 }).simulator.authorizeWebhooks;

  describe('judges webhooks', () => {
    it('and accepts a genuine one, for the account it concerns', async () => {
      const { verdict } = await open();
      expect(indexesOf(verdict())).toEqual([0]);
    });

    it('and names the account by its place among others', async () => {
      const { bench, verdict } = await open();
      const stranger = strangerTo(bench);
      expect(indexesOf(verdict({}, [stranger, bench.credentials, stranger]))).toEqual([1]);
      expect(verdict({}, [stranger])).toMatchObject(refused);
      expect(verdict({}, [])).toMatchObject(refused);
    });

    it('and of one with any byte of its body changed, cut off or added makes nothing that is not in it', async () => {
      const { arrived, verdict } = await open();
      const { body } = arrived;
      const changed = [...body.keys()].map((place) => body.with(place, (body[place] ?? 0) ^ 1));
      for (const other of [...changed, body.slice(0, -1), new Uint8Array(), new Uint8Array([...body, 32])]) {
        const made = verdict({ body: other });
        if (isSigned) expect(made).toMatchObject(refused);
        else if (made.valid) expect(indexesOf(made)).toEqual([0]);
      }
    });

    it('and does not stumble over what no provider would say', async () => {
      const { verdict } = await open();
      const texts = [
        '',
        '{',
        'null',
        '42',
        '[]',
        '{}',
        '{"metadata":7,"payload":[]}',
        '{"payload":{"conversation":null}}',
      ];
      for (const text of texts) {
        const made = verdict({ body: new TextEncoder().encode(text) });
        if (isSigned) expect(made).toMatchObject(refused);
        else if (made.valid)
          expect(made.accounts.every(({ events }) => events.every(({ type }) => type === 'unreadable'))).toBe(true);
      }
    });

    it('and refuses one with any sign of its signature changed, or a header missing', async () => {
      const { arrived, verdict } = await open();
      const headers = Object.entries(arrived.headers).filter(([name]) => !unsigned.includes(name));
      expect(headers.length).toBeGreaterThan(0);
      for (const [name, value] of headers) {
        const { [name]: _, ...without } = arrived.headers;
        expect(verdict({ headers: without })).toMatchObject(refused);
        const values = [...value].map((sign, place) => value.slice(0, place) + another(sign) + value.slice(place + 1));
        for (const other of ['', ' ', ...values]) {
          expect(verdict({ headers: { ...arrived.headers, [name]: other } })).toMatchObject(refused);
        }
      }
    });

    it('and refuses one that was signed with another secret', async () => {
      const { verdict } = await open({ secret: otherSecret });
      expect(verdict()).toMatchObject(refused);
    });

    it('and refuses one of long ago or of days to come, or takes it as a mere hint', async () => {
      for (const minutes of isSigned ? [-60, 60] : []) {
        const { clock } = openBench(subject);
        const { verdict } = await open({ at: new Date(clock.now().getTime() + minutes * 60_000) });
        expectStale(verdict());
      }
      const { arrived, verdict } = await open();
      for (const hours of [-1, 1]) {
        expectStale(verdict({ receivedAt: new Date(arrived.receivedAt.getTime() + hours * 3_600_000) }));
      }
    });

    it('and knows one that is delivered again, and tells two apart', async () => {
      const bench = openBench(subject);
      await authorize(bench);
      const idOf = (id: string): string | null => {
        const signed = bench.simulator.webhook({ id });
        const verdict = signed && judge(arrive(signed, bench), [bench.credentials]);
        return verdict?.valid ? verdict.deliveryId : 'refused';
      };
      const [one, again, other] = [idOf('delivery-1'), idOf('delivery-1'), idOf('delivery-2')];
      expect(again).toBe(one);
      if (one !== null) expect(other).not.toBe(one);
      expect([one, other]).not.toContain('refused');
    });

    it('and is not impressed by signatures in heaps, or by none that can be read', async () => {
      const { arrived, verdict } = await open();
      for (const name of Object.keys(arrived.headers)) {
        for (const value of ['v1,', ',,,', 'é'.repeat(500), 'v1,AAAA '.repeat(2000), '-1', '1e99', 'NaN']) {
          const { valid } = verdict({ headers: { ...arrived.headers, [name]: value } });
          if (!unsigned.includes(name)) expect(valid).toBe(false);
        }
      }
    });
  });
}

function arrive({ headers, body }: SignedDelivery, { clock }: Bench): WebhookDelivery {
  return { headers, body: new TextEncoder().encode(body), receivedAt: clock.now() };
}

function indexesOf(verdict: WebhookVerdict): readonly number[] {
  return verdict.valid ? verdict.accounts.map(({ index }) => index) : [];
}

/** A scheme that gives neither an id nor a time cannot tell, and may then only wake us. */
function expectStale(verdict: WebhookVerdict): void {
  if (!verdict.valid) return;
  expect(verdict.deliveryId).toBeNull();
  expect(verdict.accounts.flatMap(({ events }) => events)).toEqual([]);
}

/** Where deliveries are authorized by a token of ours, the simulator fetches one. */
async function authorize({ module, simulator, credentials, clock }: Bench): Promise<void> {
  const route = module.routes?.find(({ method }) => method === 'POST');
  await simulator.authorizeWebhooks?.('https://parley.test/token', async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    const delivery = { headers: Object.fromEntries(request.headers), body, receivedAt: clock.now() };
    const answer = route?.handle(delivery, [credentials]);
    return new Response(answer?.body ?? null, { status: answer?.status ?? 404, headers: { ...answer?.headers } });
  });
}

/** An account of the same provider with secrets of its own. */
function strangerTo({ module, simulator }: Bench): unknown {
  const secrets = module.secretFields.filter((name) => name in simulator.credentials);
  const own = Object.fromEntries(secrets.map((name) => [name, otherThan(simulator.credentials[name])]));
  return module.credentials.parse({ ...simulator.credentials, ...own });
}

/** Another secret, of the same shape. */
function otherThan(secret: unknown): unknown {
  if (typeof secret !== 'object' || secret === null) return otherSecret;
  return Object.fromEntries(Object.entries(secret).map(([name, part]) => [name, otherThan(part)]));
}

/** A sign that also means something else in base64, where the last one may hold bits that do not count. */
function another(sign: string): string {
  return sign === '0' ? 'b' : '0';
}
