import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from '../domain/account.ts';
import type { TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import { createId } from '../lib/id.ts';
import type { Database } from './database.ts';
import { newEpoch } from './epochs.ts';
import type { TenantScope } from './scope.ts';

/** Everything that a token may allow. */
export const allScopes = [
  'messages:read',
  'messages:send',
  'messages:import',
  'accounts:manage',
  'tokens:manage',
  'people:manage',
] as const;

/** Whom a token stands for. */
export interface TokenCaller {
  readonly tokenId: string;
  readonly tenant: Tenant;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** The tenant of that name, made where it is missing. Names are unique. */
export async function ensureTenant(db: Database, name: string, now: Date): Promise<Tenant> {
  await db.prisma.tenant.createMany({
    data: [{ id: createId<TenantId>('Tenant'), name, epoch: newEpoch(), created_at: now }],
    skipDuplicates: true,
  });
  const row = await db.prisma.tenant.findUniqueOrThrow({ where: { name }, select: { id: true } });
  return { id: brand<TenantId>(row.id), name };
}

/** The tenant of that name; null where there is none. */
export async function findTenant(db: Database, name: string): Promise<Tenant | null> {
  const row = await db.prisma.tenant.findUnique({ where: { name }, select: { id: true } });
  return row && { id: brand<TenantId>(row.id), name };
}

/** A token as it is shown: never its text, which is not kept. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
}

/** What a new token is to be. `token` fixes its text (the demo's). */
export interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly now: Date;
  readonly expiresAt?: Date | null;
  readonly token?: string;
}

/** Makes a token for a tenant and returns its text: it is not kept and cannot be shown again. */
export async function createToken(db: Database, tenantId: TenantId, wanted: NewToken): Promise<string> {
  return (await issueToken(db, tenantId, wanted)).text;
}

/** The same, with what will be shown of it. */
export async function issueToken(
  db: Database,
  tenantId: TenantId,
  { name, scopes, now, expiresAt = null, token }: NewToken,
): Promise<{ readonly text: string; readonly record: TokenRecord }> {
  const text = token ?? `parley_${randomBytes(24).toString('base64url')}`;
  const row = { name, scopes: [...scopes], revoked_at: null, expires_at: expiresAt };
  const stored = await db.prisma.token.upsert({
    where: { hash: hashOf(text) },
    create: { id: randomUUID(), tenant_id: tenantId, hash: hashOf(text), created_at: now, ...row },
    update: { ...row, tenant_id: tenantId },
  });
  return { text, record: toRecord(stored) };
}

/** The tenant's tokens, the newest first, ended ones too. */
export async function listTokens(db: Database, { tenantId }: TenantScope): Promise<readonly TokenRecord[]> {
  const rows = await db.prisma.token.findMany({
    where: { tenant_id: tenantId },
    orderBy: [{ created_at: 'desc' }, { id: 'asc' }],
  });
  return rows.map(toRecord);
}

/** Ends a token for good; one that was revoked before stays as it is. Null where the tenant has no such token. */
export async function revokeToken(
  db: Database,
  { tenantId }: TenantScope,
  id: string,
  now: Date,
): Promise<TokenRecord | null> {
  await db.prisma.token.updateMany({ where: { id, tenant_id: tenantId, revoked_at: null }, data: { revoked_at: now } });
  const row = await db.prisma.token.findFirst({ where: { id, tenant_id: tenantId } });
  return row && toRecord(row);
}

/** Notes that tokens were used, each at most once a minute. */
export async function noteTokenUse(db: Database, ids: readonly string[], now: Date): Promise<void> {
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MS);
  await db.prisma.token.updateMany({
    where: { id: { in: [...ids] }, OR: [{ last_used_at: null }, { last_used_at: { lt: before } }] },
    data: { last_used_at: now },
  });
}

/** How exactly the last use of a token is known. */
export const USE_NOTED_EVERY_MS = 60_000;

/** Whom tokens stand for, in one query however many; a slot is null where the token is unknown, expired or revoked. */
export async function findCallers(
  db: Database,
  tokens: readonly string[],
  now: Date,
): Promise<readonly (TokenCaller | null)[]> {
  // Looked up by digest: what an attacker could time is the digest of a guess, which tells nothing about a token.
  const digests = tokens.map(digestOf);
  const { rows } = await db.pool.query<TokenRow & { readonly digest: string }>(
    `SELECT token.id, token.scopes, token.revoked_at, token.expires_at, encode(token.hash, 'hex') AS digest,
            tenant.id AS tenant_id, tenant.name AS tenant_name
       FROM token JOIN tenant ON tenant.id = token.tenant_id
      WHERE token.hash IN (SELECT decode(one, 'hex') FROM unnest($1::text[]) AS one)`,
    [digests],
  );
  const byDigest = new Map(rows.map((row) => [row.digest, row]));
  return digests.map((digest) => callerOf(byDigest.get(digest) ?? null, now));
}

/** Whom a token stands for by its id, for what was made for it earlier: whether that still holds. */
export async function findCallerById(db: Database, tokenId: string, now: Date): Promise<TokenCaller | null> {
  const row = await db.prisma.token.findUnique({ where: { id: tokenId }, include: { tenant: true } });
  return callerOf(row && { ...row, tenant_name: row.tenant.name }, now);
}

interface TokenRow {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly revoked_at: Date | null;
  readonly expires_at: Date | null;
  readonly tenant_id: string;
  readonly tenant_name: string;
}

function callerOf(row: TokenRow | null, now: Date): TokenCaller | null {
  if (!row || row.revoked_at || (row.expires_at && row.expires_at <= now)) return null;
  return {
    tokenId: row.id,
    tenant: { id: brand<TenantId>(row.tenant_id), name: row.tenant_name },
    scopes: row.scopes,
    expiresAt: row.expires_at,
  };
}

function toRecord(row: {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}): TokenRecord {
  const { id, name, scopes } = row;
  return {
    ...{ id, name, scopes, createdAt: row.created_at, expiresAt: row.expires_at },
    ...{ revokedAt: row.revoked_at, lastUsedAt: row.last_used_at },
  };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
