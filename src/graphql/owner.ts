import type { Account } from '../domain/account.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Context } from './context.ts';

/** The account that a thing belongs to. Its row cannot be missing: references carry it. */
export async function ownerOf(
  { accountId }: { readonly accountId: AccountId },
  _args: object,
  { loaders }: Pick<Context, 'loaders'>,
): Promise<Account> {
  const account = await loaders.accounts.load(accountId);
  if (!account) throw new Error(`there is no account ${accountId}, yet something of it`);
  return account;
}
