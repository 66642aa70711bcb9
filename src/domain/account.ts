import type { AccountId, TenantId } from './ids.ts';

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
}

export type AccountState = 'CONNECTING' | 'LIVE' | 'AUTH_FAILED' | 'FAILING' | 'DISCONNECTED';

/** A provider's failure as it is stored and shown: no secrets, no bodies. */
export interface Failure {
  readonly kind: string;
  readonly message: string;
  readonly retryAt: Date | null;
}

/** What a walk over everything came to. */
export interface SweepReport {
  /** When all that it asked for had been read. */
  readonly at: Date;
  /** Messages that it read. */
  readonly read: number;
  /** Those of them that should have been here and were not. The first walk, the import, misses nothing. */
  readonly repaired: number;
}

export interface Account {
  readonly id: AccountId;
  readonly tenantId: TenantId;
  readonly provider: string;
  readonly title: string;
  readonly identity: string | null;
  readonly state: AccountState;
  /** Messages sent before this moment are history: stored, not announced. */
  readonly liveFrom: Date;
  readonly lastPulledAt: Date | null;
  readonly lastError: Failure | null;
  /** When the first walk over everything ended; null while importing. */
  readonly importedAt: Date | null;
  /** What the last whole walk came to; null while there was none. */
  readonly lastSweep: SweepReport | null;
}
