import { DomainError, ProviderError } from '../domain/errors.ts';
import type { AccountId, TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { AddressCheck } from '../lib/outbound.ts';
import type { Sealer } from '../lib/seal.ts';
import type { ProviderModule } from '../providers/contract.ts';
import {
  createAccountId,
  goLive,
  identityHolder,
  insertAccount,
  reconnectAccount,
  removeAccount,
} from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import { readMemory } from '../store/memory.ts';
import { type Connections, credentialsContext } from './connections.ts';
import { memoryContext } from './memory.ts';

export interface ConnectParts {
  readonly db: Database;
  readonly modules: ReadonlyMap<string, ProviderModule>;
  readonly connections: Connections;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly times: Times;
  /** Judges addresses that are given as credentials. */
  readonly checkAddress: AddressCheck;
}

export interface ConnectInput {
  readonly provider: string;
  readonly title: string | null;
  readonly credentials: JsonObject;
}

/**
 * Connects an account: checks the form, stores it as CONNECTING, verifies it upstream, and goes live or is removed again.
 * The same upstream account of the same tenant takes the new credentials and keeps its rows; another tenant's is refused.
 * Throws DomainError INVALID, BAD_CREDENTIALS, ACCOUNT_TAKEN, PROVIDER_FAILED.
 */
export async function connectAccount(
  parts: ConnectParts,
  tenantId: TenantId,
  input: ConnectInput,
  signal: AbortSignal,
): Promise<AccountId> {
  const module = parts.modules.get(input.provider);
  if (!module) {
    const known = [...parts.modules.keys()].join(', ');
    throw new DomainError('INVALID', `There is no provider of that name. Known: ${known}.`, ['provider']);
  }
  const credentials = await checked(parts, module, input.credentials);
  const id = createAccountId();
  const now = parts.clock.now();
  const sealed = parts.sealer.seal(JSON.stringify(credentials), credentialsContext(id));
  const liveFrom = new Date(now.getTime() - parts.times.liveGraceMs);
  const title = input.title ?? module.title;
  await insertAccount(parts.db, { id, tenantId, provider: module.id, title, credentials: sealed, liveFrom, now });
  try {
    return await verifyAndGoLive(parts, { id, tenantId, module, credentials, input, liveFrom, now }, signal);
  } finally {
    // Does nothing to an account that went live.
    await removeAccount(parts.db, id);
  }
}

interface Candidate {
  readonly id: AccountId;
  readonly tenantId: TenantId;
  readonly module: ProviderModule;
  readonly credentials: unknown;
  readonly input: ConnectInput;
  readonly liveFrom: Date;
  readonly now: Date;
}

async function verifyAndGoLive(parts: ConnectParts, of: Candidate, signal: AbortSignal): Promise<AccountId> {
  const { adapter } = parts.connections.open(of.id, of.module, of.credentials);
  const { identity } = await adapter.verify({ signal, lane: 'person' }).catch(refused);
  const holder = await identityHolder(parts.db, of.module.id, identity);
  if (!holder && (await goLive(parts.db, of.id, identity, of.now))) return of.id;
  const held = holder ?? (await identityHolder(parts.db, of.module.id, identity));
  if (!held || held.tenantId !== of.tenantId)
    throw new DomainError('ACCOUNT_TAKEN', 'This upstream account is connected elsewhere.', ['credentials']);
  const memory = await readMemory(parts.db, of.id);
  await reconnectAccount(parts.db, {
    id: held.id,
    title: of.input.title,
    credentials: parts.sealer.seal(JSON.stringify(of.credentials), credentialsContext(held.id)),
    // What verifying learned (a rotated token, say) moves along; it is sealed for its row.
    memory: memory && parts.sealer.seal(parts.sealer.open(memory, memoryContext(of.id)), memoryContext(held.id)),
    liveFrom: of.liveFrom,
    now: of.now,
  });
  return held.id;
}

async function checked(parts: ConnectParts, module: ProviderModule, credentials: JsonObject): Promise<unknown> {
  const parsed = module.credentials.safeParse(credentials);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).map(String);
    const where = path.length > 0 ? `credentials.${path.join('.')}` : 'credentials';
    throw new DomainError('INVALID', `${where}: ${issue?.message ?? 'not understood'}`, ['credentials', ...path]);
  }
  for (const [name, value] of Object.entries(credentials)) {
    const fault = /baseurl$/i.test(name) && typeof value === 'string' ? await parts.checkAddress(value) : null;
    if (fault) throw new DomainError('INVALID', `credentials.${name} ${fault}`, ['credentials', name]);
  }
  return parsed.data;
}

function refused(error: unknown): never {
  if (!(error instanceof ProviderError)) throw error;
  const bad = error.kind === 'auth' || error.kind === 'forbidden';
  throw new DomainError(
    bad ? 'BAD_CREDENTIALS' : 'PROVIDER_FAILED',
    bad
      ? `The provider refused these credentials: ${error.detail}`
      : `The provider could not be asked: ${error.detail}`,
    ['credentials'],
    { cause: error },
  );
}
