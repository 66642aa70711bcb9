import { describe, expect, it } from 'vitest';
import { AccountsDocument, ConnectAccountDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf, rowCounts } from '../helpers/desk.ts';

async function connect(t: TestApp, credentials: unknown, { provider = 'lavanda', token = t.token } = {}) {
  const { data, errors } = await t.gql(ConnectAccountDocument, { input: { provider, credentials } }, token);
  expect(errors).toEqual([]);
  return data.connectAccount;
}

async function phaseOf(t: TestApp) {
  return (await t.gql(AccountsDocument)).data.accounts[0]?.sync;
}

describe('connecting an account', () => {
  it('answers at once, shows how far the import has come, and then that it is live', async () => {
    const t = await testApp({ size: 10, idle: true });
    const { account, errors } = await connect(t, t.simulator().credentials);
    expect(errors).toEqual([]);
    expect(account).toMatchObject({ state: 'LIVE', title: 'Lavanda', provider: { id: 'lavanda' } });
    expect(account?.webhookUrl).toBe('http://parley.test/webhooks/lavanda');
    expect(account?.sync).toEqual({ phase: 'IMPORTING', conversations: 0, messages: 0, oldestAt: null });

    t.app.start();
    await t.settle();
    const truth = t.simulator().conversations();
    const messages = truth.flatMap((one) => one.messages);
    expect(await phaseOf(t)).toEqual({
      phase: 'LIVE',
      conversations: truth.length,
      messages: messages.length,
      oldestAt: messages.map((one) => one.sentAt.toISOString()).toSorted()[0],
    });
  });

  it('again, by the same tenant, is the same account with the new credentials', async () => {
    const t = await testApp({ size: 2 });
    const first = await t.connect();
    const inbox = await inboxOf(t);
    const { webhookSecret: _, ...others } = t.simulator().credentials as { webhookSecret: string };
    const again = await connect(t, others);
    expect(again.account?.id).toBe(first);
    await t.settle();
    expect(await inboxOf(t)).toEqual(inbox);
    // The secret is gone with the old credentials: its signatures count no more.
    expect(await deliver(t)).toBe(401);
    await connect(t, t.simulator().credentials);
    expect(await deliver(t)).toBe(200);
  });

  it('that another tenant has connected is refused, and nothing is left', async () => {
    const t = await testApp({ size: 1 });
    await t.connect();
    const token = await t.tokenFor('rival');
    const before = await rowCounts(t);
    const { account, errors } = await connect(t, t.simulator().credentials, { token });
    expect(account).toBeNull();
    expect(errors).toMatchObject([{ code: 'ACCOUNT_TAKEN', path: ['credentials'] }]);
    expect(await rowCounts(t)).toEqual(before);
    expect(await inboxOf(t, token)).toEqual([]);
  });

  it('needs the scope accounts:manage', async () => {
    const t = await testApp();
    const token = await t.tokenFor('acme', ['messages:read', 'messages:send']);
    const before = await rowCounts(t);
    const input = { provider: 'lavanda', credentials: t.simulator().credentials };
    const { errors } = await t.gql(ConnectAccountDocument, { input }, token);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await rowCounts(t)).toEqual(before);
    expect(t.simulator().calls.entries).toEqual([]);
  });
});

describe('what cannot be connected is told, and nothing is left of it', () => {
  const good = { clientId: 'one', clientSecret: 'two' };

  it.each([
    ['an unknown provider', { provider: 'acme-rentals', credentials: good }, ['provider'], 'lavanda'],
    ['a missing field', { credentials: { clientId: 'one' } }, ['credentials', 'clientSecret'], 'clientSecret'],
    ['a field of the wrong type', { credentials: { ...good, clientId: 7 } }, ['credentials', 'clientId'], 'clientId'],
    ['an unknown field', { credentials: { ...good, secret: 'x' } }, ['credentials'], 'secret'],
    ['no address', { credentials: { ...good, baseUrl: 'nowhere' } }, ['credentials', 'baseUrl'], 'baseUrl'],
    ['a list', { credentials: [good] }, ['credentials'], 'object'],
  ])(
    '%s',
    async (_title, { provider = 'lavanda', credentials }: { provider?: string; credentials: unknown }, path, named) => {
      const t = await testApp();
      const before = await rowCounts(t);
      const { account, errors } = await connect(t, credentials, { provider });
      expect(account).toBeNull();
      expect(errors).toMatchObject([{ code: 'INVALID', path, message: expect.stringContaining(named) }]);
      expect(await rowCounts(t)).toEqual(before);
      expect(t.simulator().calls.entries).toEqual([]);
    },
  );

  it('credentials that the provider refuses', async () => {
    const t = await testApp();
    const before = await rowCounts(t);
    const { account, errors } = await connect(t, t.simulator().badCredentials);
    expect(account).toBeNull();
    expect(errors).toMatchObject([{ code: 'BAD_CREDENTIALS', path: ['credentials'] }]);
    expect(JSON.stringify(errors)).not.toContain('sim-secret');
    expect(await rowCounts(t)).toEqual(before);
  });

  it('a provider that is down', async () => {
    const t = await testApp();
    const before = await rowCounts(t);
    const mend = t.simulator().faults.always({ kind: 'refuse' });
    const { account, errors } = await connect(t, t.simulator().credentials);
    expect(account).toBeNull();
    expect(errors).toMatchObject([{ code: 'PROVIDER_FAILED' }]);
    expect(await rowCounts(t)).toEqual(before);
    mend();
    expect((await connect(t, t.simulator().credentials)).errors).toEqual([]);
  });

  it.each([
    'http://127.0.0.1:4001',
    'https://127.0.0.1',
    'https://[::ffff:7f00:1]',
    'https://0x7f.1',
    'https://localhost',
  ])('an address of this machine or network, %s, unless the operator allows that', async (baseUrl) => {
    const t = await testApp({ app: { allowPrivateHosts: false } });
    const before = await rowCounts(t);
    const { errors } = await connect(t, { ...good, baseUrl });
    const message = expect.stringContaining('PARLEY_ALLOW_PRIVATE_HOSTS');
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['credentials', 'baseUrl'], message }]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('such an address in whichever field it is given, and that field is named', async () => {
    const provider = 'bookingcom-connectivity';
    const t = await testApp({ app: { allowPrivateHosts: false } });
    const given = { ...t.simulator(provider).credentials, authBaseUrl: 'https://127.1' };
    const { errors } = await connect(t, given, { provider });
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['credentials', 'authBaseUrl'] }]);
    expect(errors[0]?.message).toMatch(/^credentials\.authBaseUrl /);
  });
});

describe('looking at an account now', () => {
  it('tells how many messages were new', async () => {
    const t = await testApp({ size: 3 });
    const accountId = await t.connect();
    const [one, two] = t.simulator().conversations();
    t.simulator().guestWrites(one?.externalId ?? '', 'Are you there?');
    t.simulator().guestWrites(two?.externalId ?? '', 'And you?');
    t.simulator().guestWrites(two?.externalId ?? '', 'Hello?');
    const { data } = await t.gql(SyncAccountDocument, { accountId });
    expect(data.syncAccount).toMatchObject({ received: 3, errors: [] });
    expect((await t.gql(SyncAccountDocument, { accountId })).data.syncAccount.received).toBe(0);
  });

  it('tells what went wrong at the provider', async () => {
    const t = await testApp({ size: 1 });
    const accountId = await t.connect();
    t.simulator().faults.always({ kind: 'status', status: 503 });
    const { data } = await t.gql(SyncAccountDocument, { accountId });
    expect(data.syncAccount.errors).toMatchObject([{ code: 'PROVIDER_FAILED' }]);
    const { accounts } = (await t.gql(AccountsDocument)).data;
    expect(accounts).toMatchObject([{ state: 'FAILING', lastError: { provider: 'lavanda', kind: 'unavailable' } }]);
  });

  it('is told apart neither from an account of others nor from none', async () => {
    const t = await testApp({ size: 1 });
    const accountId = await t.connect();
    const token = await t.tokenFor('rival');
    const foreign = await t.gql(SyncAccountDocument, { accountId }, token);
    const absent = await t.gql(SyncAccountDocument, { accountId: accountId.replace(/.{8}$/, '00000000') }, token);
    expect(foreign.data.syncAccount.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['accountId'] }]);
    expect(foreign.text).toBe(absent.text);
  });
});

async function deliver(t: TestApp): Promise<number> {
  const delivery = t.simulator().webhook();
  const request = new Request('http://parley.test/webhooks/lavanda', { method: 'POST', ...delivery });
  return (await t.app.fetch(request)).status;
}
