import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { AccountId, TenantId } from '../domain/ids.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Database, Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/*
 * What was erased must stay out when its provider tells it again, and nobody may read from what is kept for that who it was. So of each
 * thing a digest of its provider's id is kept, under a random key of the tenant that is sealed in the database: who has the digests alone
 * cannot try ids on them.
 */

/** Kinds of things that are kept out. */
export type ErasedKind = 'participant' | 'conversation' | 'message' | 'booking' | 'lead';

/** A thing as its provider names it. */
export interface ErasedThing {
  readonly kind: ErasedKind;
  readonly externalId: string;
}

/** Since when a thing is kept out. */
export interface Tombstone {
  /** What was written up to then stays out. */
  readonly erasedAt: Date;
  /** The same for our side, where sends were under way at the time. */
  readonly settledAt: Date | null;
}

/** A tenant's key, opened. */
export interface ErasureKey {
  readonly id: string;
  readonly secret: Buffer;
}

const KEY_BYTES = 32;

/** What a key is bound to where it is sealed. */
export function erasureKeyPlace(id: string): string {
  return `erasure_key:${id}:sealed`;
}

/** The tenant's keys, the first made first. None before anybody was erased. */
export async function erasureKeys(tx: Transaction, tenantId: TenantId, sealer: Sealer): Promise<readonly ErasureKey[]> {
  const rows = await tx.$queryRaw<{ id: string; sealed: Uint8Array }[]>`
    SELECT id, sealed FROM erasure_key WHERE tenant_id = ${tenantId} ORDER BY created_at, id`;
  return rows.map(({ id, sealed }) => ({
    id,
    secret: Buffer.from(sealer.open(sealed, erasureKeyPlace(id)), 'base64'),
  }));
}

/**
 * The same, with one made where there is none, by one of those who want it at once. The tenant's row is not held for that: it is taken last,
 * by whoever tells its feed, and who holds it longer would have sends wait that hold what this one wants next.
 */
export async function ensureErasureKeys(
  tx: Transaction,
  tenantId: TenantId,
  sealer: Sealer,
  now: Date,
): Promise<readonly ErasureKey[]> {
  const held = await erasureKeys(tx, tenantId, sealer);
  if (held.length > 0) return held;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`erasure keys of ${tenantId}`}, 0))`;
  const made = await erasureKeys(tx, tenantId, sealer);
  if (made.length > 0) return made;
  const id = randomUUID();
  const secret = randomBytes(KEY_BYTES);
  const sealed = sealer.seal(secret.toString('base64'), erasureKeyPlace(id));
  await tx.$executeRaw`
    INSERT INTO erasure_key (id, tenant_id, sealed, created_at) VALUES (${id}, ${tenantId}, ${sealed}, ${now})`;
  return [{ id, secret }];
}

/** Puts up tombstones, with the first of the keys. One that stands takes the later time. */
export async function putTombstones(
  tx: Transaction,
  account: { readonly id: AccountId; readonly tenant_id: TenantId },
  key: ErasureKey,
  things: readonly ErasedThing[],
  erasedAt: Date,
): Promise<void> {
  if (things.length === 0) return;
  const records = asRecords(things.map((thing) => ({ digest: digestOf(key, account.id, thing) })));
  await tx.$executeRaw`
    INSERT INTO tombstone (tenant_id, digest, key_id, erased_at)
    SELECT ${account.tenant_id}, decode(r.digest, 'hex'), ${key.id}, ${erasedAt}
    FROM json_to_recordset(${records}::json) AS r(digest text)
    ON CONFLICT (tenant_id, digest) DO UPDATE SET erased_at = greatest(tombstone.erased_at, excluded.erased_at)`;
}

/** Notes that the sends of these conversations that were under way are decided. */
export async function settleTombstones(
  tx: Transaction,
  account: { readonly id: AccountId; readonly tenant_id: TenantId },
  keys: readonly ErasureKey[],
  things: readonly ErasedThing[],
  at: Date,
): Promise<void> {
  const digests = keys.flatMap((key) => things.map((thing) => digestOf(key, account.id, thing)));
  await tx.$executeRaw`
    UPDATE tombstone SET settled_at = ${at} FROM unnest(${digests}::text[]) AS d(digest)
    WHERE tenant_id = ${account.tenant_id} AND tombstone.digest = decode(d.digest, 'hex')`;
}

/** Which of these things are kept out. Slot i answers thing i; null where it is not. */
export async function tombstonesOf(
  tx: Transaction,
  account: { readonly id: AccountId; readonly tenant_id: TenantId },
  keys: readonly ErasureKey[],
  things: readonly ErasedThing[],
): Promise<readonly (Tombstone | null)[]> {
  if (keys.length === 0 || things.length === 0) return things.map(() => null);
  const digests = things.map((thing) => keys.map((key) => digestOf(key, account.id, thing)));
  const rows = await tx.$queryRaw<{ digest: string; erased_at: Date; settled_at: Date | null }[]>`
    SELECT encode(t.digest, 'hex') AS digest, t.erased_at, t.settled_at
    FROM tombstone t JOIN unnest(${digests.flat()}::text[]) AS d(digest) ON t.digest = decode(d.digest, 'hex')
    WHERE t.tenant_id = ${account.tenant_id}`;
  const standing = new Map(rows.map((row) => [row.digest, { erasedAt: row.erased_at, settledAt: row.settled_at }]));
  return digests.map((own) => own.map((digest) => standing.get(digest)).find((one) => one !== undefined) ?? null);
}

/** A tenant's tombstones with the keys they were made with, still sealed: to be kept beside backups. */
export interface TombstoneList {
  readonly keys: readonly { readonly id: string; readonly sealed: string; readonly createdAt: string }[];
  readonly tombstones: readonly {
    readonly digest: string;
    readonly key: string;
    readonly erasedAt: string;
    readonly settledAt: string | null;
  }[];
}

/** Everything that a restored copy has to be told. Holds no name, text or id. */
export async function listTombstones(db: Database, tenantId: TenantId): Promise<TombstoneList> {
  const keys = await db.prisma.erasure_key.findMany({ where: { tenant_id: tenantId }, orderBy: { created_at: 'asc' } });
  const stones = await db.prisma.tombstone.findMany({ where: { tenant_id: tenantId }, orderBy: { digest: 'asc' } });
  return {
    keys: keys.map(({ id, sealed, created_at }) => ({
      ...{ id, sealed: Buffer.from(sealed).toString('base64'), createdAt: created_at.toISOString() },
    })),
    tombstones: stones.map((one) => ({
      digest: Buffer.from(one.digest).toString('hex'),
      key: one.key_id,
      erasedAt: one.erased_at.toISOString(),
      settledAt: one.settled_at?.toISOString() ?? null,
    })),
  };
}

/** Puts up the tombstones of another copy. Throws SealError where their key cannot be opened: nothing is written then. */
export async function bringTombstones(
  db: Database,
  tenantId: TenantId,
  sealer: Sealer,
  { keys, tombstones }: TombstoneList,
): Promise<void> {
  // Sealed anew: the list may be from before the secret key was changed, and no server would have to know that one otherwise.
  const keyRecords = asRecords(
    keys.map(({ id, sealed, createdAt }) => {
      const secret = sealer.open(Buffer.from(sealed, 'base64'), erasureKeyPlace(id));
      const again = Buffer.from(sealer.seal(secret, erasureKeyPlace(id))).toString('base64');
      return { id, sealed: again, created_at: createdAt };
    }),
  );
  const records = asRecords(
    tombstones.map((one) => ({
      ...{ digest: one.digest, key_id: one.key, erased_at: one.erasedAt, settled_at: one.settledAt },
    })),
  );
  await db.transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO erasure_key (id, tenant_id, sealed, created_at)
      SELECT r.id, ${tenantId}, decode(r.sealed, 'base64'), r.created_at
      FROM json_to_recordset(${keyRecords}::json) AS r(id text, sealed text, created_at timestamptz) ON CONFLICT (id) DO NOTHING`;
    await tx.$executeRaw`
      INSERT INTO tombstone (tenant_id, digest, key_id, erased_at, settled_at)
      SELECT ${tenantId}, decode(r.digest, 'hex'), r.key_id, r.erased_at, r.settled_at
      FROM json_to_recordset(${records}::json) AS r(digest text, key_id text, erased_at timestamptz, settled_at timestamptz)
      ON CONFLICT (tenant_id, digest) DO UPDATE SET erased_at = greatest(tombstone.erased_at, excluded.erased_at),
        settled_at = greatest(tombstone.settled_at, excluded.settled_at)`;
    await tx.$executeRaw`UPDATE account SET erases = true WHERE tenant_id = ${tenantId}`;
  });
}

function digestOf(key: ErasureKey, accountId: AccountId, { kind, externalId }: ErasedThing): string {
  return createHmac('sha256', key.secret).update(`${kind}\0${accountId}\0${externalId}`).digest('hex');
}
