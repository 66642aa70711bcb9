import type { TenantId } from '../domain/ids.ts';

declare const made: unique symbol;

/** The right to see one tenant's rows. Every store function that serves a caller wants one, so none can forget the tenant. */
export interface TenantScope {
  readonly tenantId: TenantId;
  readonly [made]: true;
}

/** Made in two places only: from a verified token (graphql/context.ts), and from a claim or lease that named the tenant (sync). */
export function tenantScope(tenantId: TenantId): TenantScope {
  return { tenantId } as TenantScope;
}
