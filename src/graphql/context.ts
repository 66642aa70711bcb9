import type { GraphQLError } from 'graphql';
import type { Tenant } from '../domain/account.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Database } from '../store/database.ts';
import { type TenantScope, tenantScope } from '../store/scope.ts';
import type { allScopes, TokenCaller } from '../store/tokens.ts';
import type { AttachmentLinks } from './attachment-links.ts';
import type { FeedFollower } from './feed-follower.ts';
import type { Loaders } from './loaders.ts';

/** What a token may allow. */
export type Scope = (typeof allScopes)[number];

/** Who asks. An operation without a valid token never reaches a resolver, so there always is one. */
export interface Caller {
  readonly scope: TenantScope;
  readonly tenant: Tenant;
  readonly scopes: ReadonlySet<string>;
  /** Whose idempotency keys these are. */
  readonly actor: string;
  /** The token that is kept here, and what logs call the caller. Null where it brought a JWT: that is not kept, and people are in no log. */
  readonly tokenId: string | null;
  readonly expiresAt: Date | null;
}

/** What all operations of a server share. */
export interface Surroundings {
  readonly db: Database;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly times: Times;
  readonly publicUrl: string;
  /** Addresses of files. */
  readonly links: AttachmentLinks;
  /** Hints that the tenant's feed moved. */
  readonly wakes: Wakes;
  /** The tenants' feeds as this process follows them: what subscriptions read. */
  readonly feeds: FeedFollower;
  readonly log: Log;
}

/** What resolvers are handed: made anew for each operation and for each event of a subscription. */
export interface Context extends Surroundings {
  readonly caller: Caller;
  /** Aborted at the operation's deadline or when the client went away. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  /** Providers that failed while this was answered: told as errors beside the data, which stays. */
  readonly trouble: GraphQLError[];
}

/** The caller that a verified token stands for. */
export function callerOf(token: TokenCaller): Caller {
  return {
    scope: tenantScope(token.tenant.id),
    tenant: token.tenant,
    scopes: new Set(token.scopes),
    actor: token.tokenId,
    tokenId: token.tokenId,
    expiresAt: token.expiresAt,
  };
}
