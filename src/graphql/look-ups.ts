import type { Account } from '../domain/account.ts';
import type { SyncReport } from '../domain/gateway.ts';
import type { AccountId } from '../domain/ids.ts';
import type { ConversationFilter } from '../store/conversations.ts';
import type { Context } from './context.ts';
import { noteTrouble } from './errors.ts';

/**
 * Looks up the conversation of the one booking that a filter names, property and all, at every account that can: a booking nobody has
 * written about yet is stored, and found, by this. Once an operation, however often the filter stands in it. Tells which accounts failed,
 * and notes that as trouble.
 */
export async function lookUp(
  { bookingExternalId: booking, propertyExternalId: property }: ConversationFilter,
  accounts: readonly Account[],
  { gateway, loaders, trouble }: Context,
): Promise<ReadonlyMap<AccountId, SyncReport>> {
  if (!booking || !property) return new Map();
  const able = new Set(
    gateway.providers.filter((face) => face.abilities.includes('findConversation')).map(({ id }) => id),
  );
  const asked = accounts.filter(({ provider, state }) => able.has(provider) && state !== 'DISCONNECTED');
  if (asked.length === 0) return new Map();
  const failures = await loaders.findConversation(asked, { property, booking });
  for (const { accountId, error } of failures) noteTrouble(trouble, accountId, error);
  loaders.forget();
  return new Map(
    failures.map(({ accountId, error }) => [accountId, { accountId, error, received: 0, finished: false }]),
  );
}
