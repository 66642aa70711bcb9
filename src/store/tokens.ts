import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Tenant } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { Database } from './database.ts';

/** Everything that a token may allow. */
export const allScopes = ['messages:read', 'messages:send', 'messages:import', 'accounts:manage'] as const;

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
    data: [{ id: createId<TenantId>('Tenant'), name, epoch: randomBytes(9).toString('base64url'), created_at: now }],
    skipDuplicates: true,
  });
  const row = await db.prisma.tenant.findUniqueOrThrow({ where: { name }, select: { id: true } });
  return { id: brand<TenantId>(row.id), name };
}

/** Makes a token for a tenant and returns it: it is not kept and cannot be shown again. `token` fixes its text (the demo's). */
export async function createToken(
  db: Database,
  tenantId: TenantId,
  options: { readonly name: string; readonly scopes: readonly string[]; readonly now: Date; readonly token?: string },
): Promise<string> {
  const token = options.token ?? `parley_${randomBytes(24).toString('base64url')}`;
  const row = { name: options.name, scopes: [...options.scopes], revoked_at: null, expires_at: null };
  await db.prisma.token.upsert({
    where: { hash: hashOf(token) },
    create: { id: randomUUID(), tenant_id: tenantId, hash: hashOf(token), created_at: options.now, ...row },
    update: { ...row, tenant_id: tenantId },
  });
  return token;
}

/** Whom a token stands for; null where it is unknown, expired or revoked. */
export async function findCaller(db: Database, token: string, now: Date): Promise<TokenCaller | null> {
  // Looked up by digest: what an attacker could time is the digest of a guess, which tells nothing about a token.
  return callerOf(await db.prisma.token.findUnique({ where: { hash: hashOf(token) }, include: { tenant: true } }), now);
}

/** The same by the token's id, for what was made for a token earlier: whether that still holds. */
export async function findCallerById(db: Database, tokenId: string, now: Date): Promise<TokenCaller | null> {
  return callerOf(await db.prisma.token.findUnique({ where: { id: tokenId }, include: { tenant: true } }), now);
}

interface TokenRow {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly revoked_at: Date | null;
  readonly expires_at: Date | null;
  readonly tenant: { readonly id: string; readonly name: string };
}

function callerOf(row: TokenRow | null, now: Date): TokenCaller | null {
  if (!row || row.revoked_at || (row.expires_at && row.expires_at <= now)) return null;
  return {
    tokenId: row.id,
    tenant: { id: brand<TenantId>(row.tenant.id), name: row.tenant.name },
    scopes: row.scopes,
    expiresAt: row.expires_at,
  };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
