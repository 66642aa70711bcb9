import type { Account } from '../domain/account.ts';
import type { ProviderError } from '../domain/errors.ts';
import type { ProviderFace, SyncReport } from '../domain/gateway.ts';
import type { AccountId } from '../domain/ids.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { noteTrouble } from './errors.ts';
import { providerErrorOf } from './loaders.ts';
import { type AccountFailure, accountRef, providerErrorRef } from './refs.ts';

type SourceState = 'FRESH' | 'STALE' | 'FAILED' | 'PAUSED';

/** How much an answer can be trusted to be up to date, for one account. */
export interface Source {
  readonly account: Account;
  readonly state: SourceState;
  readonly observedAt: Date | null;
  readonly error: AccountFailure | null;
}

const sourceStateType = builder.enumType('SourceState', {
  description: 'How an answer stands to what the provider has.',
  values: {
    FRESH: { description: 'In step with the provider, as of `observedAt`.' },
    STALE: { description: 'As it was at `observedAt`; not looked at since, or not yet read to the end.' },
    FAILED: { description: 'As it was at `observedAt`: the provider has failed since.' },
    PAUSED: { description: 'As it was when the account was disconnected.' },
  } satisfies Record<SourceState, object>,
});

/** Which account an answer came from, and as of when. */
export const sourceType = builder.objectRef<Source>('Source').implement({
  description: 'One account that a list is made of, and how up to date its part is.',
  fields: (t) => ({
    account: t.expose('account', { type: accountRef, description: 'The account.' }),
    state: t.expose('state', { type: sourceStateType, description: 'How its part stands.' }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its provider was last looked at with success. Null while never.',
    }),
    error: t.expose('error', { type: providerErrorRef, nullable: true, description: 'Why it failed.' }),
  }),
});

// An account is looked at once in its provider's interval; two that passed without, and a while for the look itself, are too many.
const MISSED_LOOKS = 2;
const LOOK_MS = 60_000;

/** Has accounts looked at that were not within `maxAgeMs`, and says how that went, by account. Failures are noted as trouble. */
export async function refresh(
  accounts: readonly Account[],
  maxAgeMs: number,
  { gateway, caller, signal, trouble, loaders }: Context,
): Promise<ReadonlyMap<AccountId, SyncReport>> {
  const connected = accounts.filter(({ state }) => state !== 'DISCONNECTED');
  if (connected.length === 0) return new Map();
  const ids = connected.map(({ id }) => id);
  const reports = await gateway
    .refreshAccounts(caller.scope.tenantId, ids, maxAgeMs, signal)
    .catch((error: unknown) => connected.map((account) => failed(account, error, signal)));
  for (const { accountId, error } of reports) if (error) noteTrouble(trouble, accountId, error);
  loaders.forget();
  return new Map(reports.map((report) => [report.accountId, report]));
}

function failed(account: Account, error: unknown, signal: AbortSignal): SyncReport {
  return { accountId: account.id, received: 0, finished: false, error: providerErrorOf(error, account, signal) };
}

/**
 * How an account's part of an answer stands. `report`: how the look went that was made for this answer.
 * `oldest`: the moment before which the caller finds an answer too old.
 */
export function sourceOf(account: Account, report: SyncReport | undefined, oldest: Date): Source {
  const state = stateOf(account, report, oldest);
  const failure = report?.error ? failureOf(report.error) : account.lastError;
  const error = state === 'FAILED' && failure ? { ...failure, accountId: account.id } : null;
  return { account, state, observedAt: account.lastPulledAt, error };
}

/** The moment before which an account's answer counts as stale where the caller does not say: by how often its provider is looked at. */
export function staleBefore(now: Date, face: Pick<ProviderFace, 'pullEveryMs'> | undefined): Date {
  return new Date(now.getTime() - MISSED_LOOKS * (face?.pullEveryMs ?? 0) - LOOK_MS);
}

function stateOf({ state, lastPulledAt }: Account, report: SyncReport | undefined, oldest: Date): SourceState {
  if (state === 'DISCONNECTED') return 'PAUSED';
  if (report?.error || state === 'AUTH_FAILED' || state === 'FAILING') return 'FAILED';
  return report?.finished || (lastPulledAt && lastPulledAt >= oldest) ? 'FRESH' : 'STALE';
}

function failureOf({ kind, detail, retryAt }: ProviderError) {
  return { kind, message: detail, retryAt };
}
