import { describe, expect, it } from 'vitest';
import type { SignedDelivery } from '../../src/simulator/contract.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf } from '../helpers/desk.ts';

/** A second secret of the same form as what an account's own is. */
const another = (secret: string): string =>
  secret.startsWith('whsec_')
    ? `whsec_${Buffer.from('a secret of the other tenant’s own').toString('base64')}`
    : `${secret}-2`;

/** Two tenants, each with an account of that provider and a secret of its own, and a guest's words at the second that nobody has read. */
async function desks(provider: string, field: string) {
  const t = await testApp({ provider });
  const rival = await t.tokenFor('rival');
  const [ours, theirs] = [t.simulator(), await t.secondSimulator()];
  const [first, second] = [ours.addConversation(), theirs.addConversation()];
  await t.connect();
  const own = String((ours.credentials as Record<string, unknown>)[field]);
  const their = String((theirs.credentials as Record<string, unknown>)[field]);
  const secrets = { own, their: their === own ? another(own) : their };
  await t.connect({ ...theirs.credentials, [field]: secrets.their }, rival);
  await t.pass(5_000);
  ours.guestWrites(first.externalId, 'For the one');
  theirs.guestWrites(second.externalId, 'For the other');
  for (const simulator of [ours, theirs]) simulator.calls.reset();
  return { t, rival, ours, theirs, secrets };
}

async function deliver(t: TestApp, provider: string, delivery: SignedDelivery | null): Promise<number> {
  const request = new Request(`http://parley.test/webhooks/${provider}`, { method: 'POST', ...delivery });
  const { status } = await t.app.fetch(request);
  await t.settle();
  return status;
}

const wordsIn = async (t: TestApp, token: string): Promise<string> => JSON.stringify(await inboxOf(t, token));

describe.each([
  ['lavanda', 'webhookSecret'],
  ['bookingsync', 'clientSecret'],
])('a delivery of %s', (provider, field) => {
  it('signed with one tenant’s secret does nothing at another’s account, whatever account it speaks of', async () => {
    const { t, rival, ours, theirs, secrets } = await desks(provider, field);
    for (const simulator of [ours, theirs]) await deliver(t, provider, simulator.webhook({ secret: secrets.own }));
    expect(theirs.calls.count()).toBe(0);
    expect(await wordsIn(t, rival)).not.toContain('For the');
    expect(ours.calls.count()).toBeGreaterThan(0);
    expect(await wordsIn(t, t.token)).toContain('For the one');
    expect(await wordsIn(t, t.token)).not.toContain('For the other');
  });

  it('signed with that account’s own secret does what it is for, there alone', async () => {
    const { t, rival, ours, theirs, secrets } = await desks(provider, field);
    expect(await deliver(t, provider, theirs.webhook({ secret: secrets.their }))).toBe(200);
    expect(ours.calls.count()).toBe(0);
    expect(await wordsIn(t, t.token)).not.toContain('For the');
    expect(await wordsIn(t, rival)).toContain('For the other');
  });

  it('that one tenant has had is still news to the other under the same id', async () => {
    const { t, rival, ours, theirs, secrets } = await desks(provider, field);
    const id = 'msg_same';
    expect(await deliver(t, provider, ours.webhook({ secret: secrets.own, id }))).toBe(200);
    expect(theirs.calls.count()).toBe(0);
    expect(await deliver(t, provider, theirs.webhook({ secret: secrets.their, id }))).toBe(200);
    expect(await wordsIn(t, rival)).toContain('For the other');
  });
});
