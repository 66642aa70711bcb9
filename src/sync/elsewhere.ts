import type { Failure } from '../domain/account.ts';
import { ProviderError, type ProviderErrorKind } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Wakes } from '../lib/wake.ts';
import { type AccountRecord, accountRecord } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import { addedSince, feedHead } from '../store/events.ts';
import { tenantScope } from '../store/scope.ts';
import { accountTopic, lookedTopic } from './topics.ts';
import type { LookReport } from './turns.ts';

export interface ElsewhereParts {
  readonly db: Database;
  readonly wakes: Wakes;
  readonly clock: Clock;
}

// How often to see for ourselves whether the look is over: the hint that says so may be lost.
const SEE_EVERY_MS = 1_000;

/**
 * Asks the process that holds an account to look at it, and waits until it has, at most `patienceMs`. `asked`: the account as it was when
 * somebody wanted the look. Throws the ProviderError that the look met.
 */
export async function lookElsewhere(
  parts: ElsewhereParts,
  asked: AccountRecord,
  patienceMs: number,
): Promise<LookReport> {
  const scope = tenantScope(asked.tenantId);
  const { seq } = await feedHead(parts.db, scope);
  const looked = await untilLooked(parts, asked, patienceMs);
  return { received: looked ? await addedSince(parts.db, scope, asked.id, seq) : 0, looked };
}

async function untilLooked({ db, wakes, clock }: ElsewhereParts, asked: AccountRecord, ms: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const see = (told: boolean): void => {
    accountRecord(db, asked.id).then((account) => {
      if (!account || account.state === 'DISCONNECTED') resolve(false);
      else if (wasPulledSince(account, asked)) resolve(true);
      else if (told && account.lastError) reject(errorOf(account, account.lastError));
    }, reject);
  };
  const ends = [
    wakes.listen(lookedTopic(asked.id), () => see(true)),
    clock.after(ms, () => resolve(false)),
    ...seconds(ms).map((at) => clock.after(at, () => see(false))),
  ];
  wakes.notify(accountTopic(asked.id));
  // Perhaps it is over already, or nobody will look any more.
  see(false);
  return promise.finally(() => {
    for (const end of ends) end();
  });
}

function seconds(ms: number): readonly number[] {
  return Array.from({ length: Math.floor(ms / SEE_EVERY_MS) }, (_, i) => (i + 1) * SEE_EVERY_MS);
}

function wasPulledSince(account: AccountRecord, asked: AccountRecord): boolean {
  return (account.lastPulledAt?.getTime() ?? 0) > (asked.lastPulledAt?.getTime() ?? 0);
}

function errorOf({ provider }: AccountRecord, { kind, message, retryAt }: Failure): ProviderError {
  return new ProviderError({ provider, operation: 'pull', kind: kind as ProviderErrorKind, message, retryAt });
}
