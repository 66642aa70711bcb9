import { type Deed, guestWrites, isStored, keep, keptOf, threadAt } from './deed.ts';
import { until } from './desk.ts';
import { picture } from './picture.ts';

/** A guest writes, and the account is looked at. */
export const guest: Deed = {
  prepare: async (desk) => void (await threadAt(desk)),
  async act(desk, n) {
    const { externalId } = await threadAt(desk);
    keep(desk, n, { body: await guestWrites(desk, externalId) });
    await desk.look();
  },
  ended: (desk, n) => isStored(desk, keptOf(desk, n).body),
};

/** The same, where the token has expired, and the provider takes another number of requests than it did. */
export const expired: Deed = {
  ...guest,
  async act(desk, n) {
    desk.simulator.expireTokens?.();
    // Another one every time, for it to be news.
    Object.assign(desk.simulator.switches, { rateLimit: 5_000 + n });
    await guest.act(desk, n);
  },
};

/** A guest writes, and the answer to the confirm is lost though it was carried out. */
export const confirmLost: Deed = {
  ...guest,
  async act(desk, n) {
    desk.simulator.faults.next({ kind: 'cut', effect: true }, { operation: 'confirm' });
    await guest.act(desk, n);
    const again = await guestWrites(desk, (await threadAt(desk)).externalId);
    await desk.look();
    await until('what came after the lost confirm is stored', () => isStored(desk, again));
  },
  async ended(desk, n) {
    const open = await desk.query('SELECT 1 FROM account WHERE pull_receipt IS NOT NULL');
    if (open.length > 0) await desk.look();
    return open.length === 0 && isStored(desk, keptOf(desk, n).body);
  },
};

/** A guest writes, and the provider hints at it by a webhook, again until it was answered. */
export const hinted: Deed = {
  ...guest,
  async act(desk, n) {
    const { externalId } = await threadAt(desk);
    keep(desk, n, { body: await guestWrites(desk, externalId) });
    const signed = desk.simulator.webhook({ conversation: externalId });
    if (!signed) throw new Error('the simulator signs nothing');
    const init = { method: 'POST', headers: signed.headers, body: signed.body };
    for (let status = 0; status !== 200; ) ({ status } = await desk.request(`/webhooks/${desk.provider}`, () => init));
  },
};

/** A guest writes, and the provider tells us what by a webhook, again until it was answered. */
export const told: Deed = {
  ...guest,
  async act(desk, n) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const url = `http://parley.test/webhooks/${desk.provider}`;
    const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      const [body, headers] = [await request.arrayBuffer(), Object.fromEntries(request.headers)];
      const path = new URL(request.url).pathname;
      const answer = await desk.request(path, () => ({ method: request.method, headers, body }));
      if (request.url === url && answer.ok) resolve();
      return answer;
    };
    const stop = desk.simulator.deliverWebhooks?.({ tokenUrl: `${url}/token`, url, fetch });
    keep(desk, n, { body: await guestWrites(desk, (await threadAt(desk)).externalId) });
    await promise;
    stop?.();
  },
};

/** A guest sends a picture, of which the message names no more than an id. */
export const pictured: Deed = {
  ...guest,
  async act(desk, n) {
    const { externalId } = await threadAt(desk);
    const file = { name: `view-${n}.png`, contentType: 'image/png', bytes: picture };
    const id = desk.simulator.addAttachment?.(externalId, file) ?? '';
    keep(desk, n, { body: await guestWrites(desk, externalId, [id]) });
    await desk.look();
  },
  async ended(desk, n) {
    const rows = await desk.query('SELECT 1 FROM attachment WHERE name = $1', [`view-${n}.png`]);
    if (rows.length === 0) await desk.look();
    return rows.length === 1 && isStored(desk, keptOf(desk, n).body);
  },
};
