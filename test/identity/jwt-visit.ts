import { onTestFinished } from 'vitest';
import { createJwts } from '../../src/graphql/jwts.ts';
import { createManualClock, type ManualClock } from '../../src/lib/clock.ts';
import { createLog, type Log } from '../../src/lib/log.ts';
import { createAddressCheck } from '../../src/lib/outbound.ts';
import type { Database } from '../../src/store/database.ts';
import { createSigningKey, type LocalIdentityProvider, startIdentityProvider } from '../helpers/identity-provider.ts';
import { type Served, serve } from '../helpers/transport.ts';

/** The provider's keys: made once, for making one of RSA takes longer than a test. */
export const keys = {
  es: await createSigningKey('ES256', 'es'),
  rs: await createSigningKey('RS256', 'rs'),
  ps: await createSigningKey('PS256', 'ps'),
  ed: await createSigningKey('EdDSA', 'ed'),
  /** Not in the key set. */
  other: await createSigningKey('ES256', 'other'),
} as const;

/** The API with a tenant, and that tenant's identity provider. */
export interface Visit {
  readonly served: Served;
  readonly idp: LocalIdentityProvider;
  readonly clock: ManualClock;
  readonly log: readonly string[];
  /** What `viewer` says to that token: its scopes, or the code of its error, after the HTTP status. */
  viewer(token: string): Promise<string>;
}

/** It ends with its test. */
export async function visit(db: Database): Promise<Visit> {
  const clock = createManualClock(new Date('2026-05-01T12:00:00Z'));
  const lines: string[] = [];
  const log: Log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const tenant = `hotel-${crypto.randomUUID()}`;
  const idp = await startIdentityProvider(clock, tenant, [keys.es, keys.rs, keys.ps, keys.ed]);
  const check = createAddressCheck({ allowPrivate: true });
  const jwts = createJwts({
    ...{ provider: idp.provider, db, clock, log, check },
    fetch: (url, init) => fetch(url, init),
  });
  const served = await serve(db, { clock, log, jwts });
  await db.pool.query('UPDATE tenant SET name = $1 WHERE id = $2', [tenant, served.estate.scope.tenantId]);
  onTestFinished(async () => {
    await served.close();
    await idp.close();
  });
  return {
    ...{ served, idp, clock, log: lines },
    async viewer(token) {
      const answer = await served.post('{ viewer { tenant { name } scopes } }', { token });
      const { data, errors } = (await answer.json()) as ViewerAnswer;
      if (data && data.viewer.tenant.name !== tenant) return `another tenant: ${data.viewer.tenant.name}`;
      return `${answer.status} ${data?.viewer.scopes.join(' ') ?? errors?.map(({ extensions }) => extensions.code)}`;
    },
  };
}

interface ViewerAnswer {
  readonly data?: {
    readonly viewer: { readonly tenant: { readonly name: string }; readonly scopes: readonly string[] };
  };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}
