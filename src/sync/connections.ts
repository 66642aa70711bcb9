import type { AccountId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { KnownSecrets } from '../lib/known-secrets.ts';
import type { Log } from '../lib/log.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Fetch, Memory, ProviderAdapter, ProviderModule } from '../providers/contract.ts';
import type { Allowance } from '../providers/limits.ts';
import { type AccountRecord, accountRecord, connectedAccounts } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import { noteUpstreamId } from '../telemetry/trail.ts';
import type { SharedBudget } from './budgets.ts';

/** An account with the way to its provider. */
export interface Connection {
  readonly account: AccountRecord;
  readonly module: ProviderModule;
  readonly adapter: ProviderAdapter;
  readonly credentials: unknown;
  readonly budget: SharedBudget | null;
}

/** What all accounts of one `budgetKey` share in a process. */
export interface Gate {
  /** Wraps an account's adapter, with a breaker and places of its own; see guard.ts. */
  guard(adapter: ProviderAdapter, id: AccountId): ProviderAdapter;
  /** Null where the provider counts no requests. */
  readonly budget: SharedBudget | null;
}

/** The ways to all connected accounts of this process. */
export interface Connections {
  /** Null where the account is unknown, disconnected, or of a provider that is not there. */
  of(id: AccountId): Promise<Connection | null>;
  /** All connected accounts, or those of one provider. One whose credentials do not open is left out, and logged. */
  all(provider?: string): Promise<readonly Connection[]>;
  /** An adapter for credentials that were not stored yet, with the account's own memory. */
  open(id: AccountId, module: ProviderModule, credentials: unknown): Pick<Connection, 'adapter' | 'budget'>;
}

export interface ConnectionParts {
  readonly db: Database;
  readonly modules: ReadonlyMap<string, ProviderModule>;
  readonly fetch: Fetch;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly times: Times;
  readonly log: Log;
  /** Told of what adapters are given, so that it is in no line of the log. */
  readonly secrets: Pick<KnownSecrets, 'know'>;
  memory(id: AccountId): Memory;
  /** What requests under these credentials go through. */
  gate(module: ProviderModule, credentials: unknown): Gate;
}

/** What an account's credentials are sealed for. */
export function credentialsContext(id: AccountId): string {
  return `account:${id}:credentials`;
}

export function createConnections(parts: ConnectionParts): Connections {
  const made = new Map<AccountId, { readonly sealed: Uint8Array; readonly connection: Connection }>();
  const open: Connections['open'] = (id, module, credentials) => {
    const { clock } = parts;
    parts.secrets.know(id, 'credentials', secretsIn(module, credentials));
    const { guard, budget } = parts.gate(module, credentials);
    const fetch = budget ? budget.counted(parts.fetch) : parts.fetch;
    const note = (facts: { readonly requestId?: unknown }): void => {
      noteUpstreamId(facts.requestId);
      parts.log.info({ account: id, provider: module.id, ...facts }, 'a provider was called');
    };
    const allowance = (told: Allowance): void => {
      budget?.told(told).catch((error: unknown) => parts.log.error({ err: error }, 'a budget could not be noted'));
    };
    const deps = { fetch, now: () => clock.now(), memory: parts.memory(id), note, allowance };
    return { adapter: guard(module.connect(credentials, deps), id), budget };
  };
  const connectionOf = (account: AccountRecord): Connection | null => {
    const module = parts.modules.get(account.provider);
    if (!module || account.state === 'DISCONNECTED') return null;
    const known = made.get(account.id);
    // Kept as long as the credentials are the same bytes: its adapter shares what it has in flight.
    if (known && Buffer.compare(known.sealed, account.credentials) === 0) return { ...known.connection, account };
    const text = parts.sealer.open(account.credentials, credentialsContext(account.id));
    const credentials: unknown = module.credentials.parse(JSON.parse(text) as Json);
    const connection = { account, module, credentials, ...open(account.id, module, credentials) };
    made.set(account.id, { sealed: account.credentials, connection });
    return connection;
  };
  return {
    open,
    async of(id) {
      const account = await accountRecord(parts.db, id);
      return account && connectionOf(account);
    },
    async all(provider) {
      const accounts = (await connectedAccounts(parts.db)).filter((one) => !provider || one.provider === provider);
      return accounts.flatMap((account) => {
        try {
          return connectionOf(account) ?? [];
        } catch (error) {
          parts.log.error({ account: account.id, err: error }, 'an account cannot be opened with this secret key');
          return [];
        }
      });
    },
  };
}

function secretsIn({ secretFields }: ProviderModule, credentials: unknown): readonly string[] {
  const given = credentials as Readonly<Record<string, unknown>>;
  return secretFields.flatMap((name) => textsIn(given[name]));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
