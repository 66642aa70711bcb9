import { describe, expect, it } from 'vitest';
import type { Account } from '../domain/account.ts';
import { ProviderError } from '../domain/errors.ts';
import type { Gateway, ThreadRead } from '../domain/gateway.ts';
import { type AccountId, brand, type ConversationId, type TenantId } from '../domain/ids.ts';
import type { Database } from '../store/database.ts';
import { tenantScope } from '../store/scope.ts';
import { createLoaders } from './loaders.ts';

const outage = new ProviderError({ provider: 'acme', operation: 'messages', kind: 'unavailable', message: 'down' });
const thread = (n: number, page: ThreadRead['page'] = 'newest'): ThreadRead => ({
  conversationId: brand<ConversationId>(`cnv_${n}`),
  page,
});
const account = (id: string) => ({ id: brand<AccountId>(id), provider: 'acme' }) as Account;

function setUp(readThreads: Gateway['readThreads'] = async (_tenant, _account, reads) => reads.map(() => null)) {
  const calls: { readonly account: string; readonly reads: number }[] = [];
  const ending = new AbortController();
  const gateway = {
    providers: [{ id: 'acme', batchSize: 25 }],
    readThreads(...args: Parameters<Gateway['readThreads']>) {
      calls.push({ account: args[1], reads: args[2].length });
      return readThreads(...args);
    },
  } as unknown as Gateway;
  const scope = tenantScope(brand<TenantId>('ten_1'));
  return { calls, ending, loaders: createLoaders({ db: {} as Database, scope, gateway, signal: ending.signal }) };
}

describe('reading threads at their provider', () => {
  it('takes one call for each batch of an account, and one account’s threads never wait for another’s', async () => {
    const { calls, loaders } = setUp();
    const reads = Array.from({ length: 50 }, (_, n) => loaders.readThread(account('acc_1'), thread(n)));
    await Promise.all([...reads, loaders.readThread(account('acc_2'), thread(99))]);
    expect(calls).toEqual([
      { account: 'acc_1', reads: 25 },
      { account: 'acc_1', reads: 25 },
      { account: 'acc_2', reads: 1 },
    ]);
  });

  it('keeps a failed thread from failing its neighbours', async () => {
    const { loaders } = setUp(async (_tenant, _account, reads) => reads.map((_read, slot) => (slot ? null : outage)));
    const answers = [1, 2].map((n) => loaders.readThread(account('acc_1'), thread(n)));
    expect(await Promise.all(answers)).toEqual([outage, null]);
  });

  it('reads the newest page once an operation, and an older page each time it is asked for', async () => {
    const { calls, loaders } = setUp();
    for (const page of ['newest', 'newest', 'older', 'older'] as const)
      await loaders.readThread(account('acc_1'), thread(1, page));
    expect(calls).toHaveLength(3);
  });

  it('tells a timeout where the operation’s time is up', async () => {
    const { ending, loaders } = setUp(async () => {
      throw new Error('aborted');
    });
    ending.abort();
    expect(await loaders.readThread(account('acc_1'), thread(1))).toMatchObject({ kind: 'timeout', provider: 'acme' });
  });

  it('does not hide a fault of ours as a provider’s', async () => {
    const { loaders } = setUp(async () => {
      throw new TypeError('a fault');
    });
    await expect(loaders.readThread(account('acc_1'), thread(1))).rejects.toThrow('a fault');
  });
});
