import { createHash } from 'node:crypto';
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { IdentityProvider } from '../domain/identity-provider.ts';
import type { Clock } from '../lib/clock.ts';
import { createKeySet, type KeySetParts, KeySetUnavailableError } from '../lib/key-set.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../store/database.ts';
import { tenantScope } from '../store/scope.ts';
import { allScopes, findTenant } from '../store/tokens.ts';
import type { Caller } from './context.ts';
import { clientError } from './errors.ts';

/** Tells whom a JWT of the identity provider stands for; null where it is not good, whatever is wrong with it. */
export type JwtLook = (jwt: string) => Promise<Caller | null>;

export interface JwtParts extends Pick<KeySetParts, 'fetch' | 'check'> {
  readonly provider: IdentityProvider;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whether a bearer token has the shape of a signed JWT: none of our own tokens has. */
export function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

// Public keys only: with a shared secret among them, whoever reads the key set could sign.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** How far their clock may be ahead of ours. A token's end is not put off by it. */
const TOLERANCE_S = 60;
const LONGEST_NAME = 200;
/** As far as a Date goes. */
const END_OF_TIME_S = 8.64e12;

/** Looks at signature, issuer, audience and times; what it may do is what the token says, as far as we know the word. */
export function createJwts({ provider, db, clock, log, fetch, check }: JwtParts): JwtLook {
  const onFault = (error: unknown): void =>
    log.warn({ err: error }, 'the keys of the identity provider could not be read');
  const refused = (error: unknown): null => {
    if (error instanceof KeySetUnavailableError) throw clientError('IDENTITY_UNAVAILABLE');
    // The error itself holds the claims, and with them who it was.
    const { code, claim } = error as { readonly code?: unknown; readonly claim?: unknown };
    log.debug({ code, claim }, 'a JWT was refused');
    return null;
  };
  const keys = createKeySet({ ...{ url: provider.jwksUrl, fetch, check, clock, onFault } });
  return async (jwt) => {
    const claims = await verified(jwt, keys, provider, clock.now()).catch(refused);
    const name = claims?.[provider.tenantClaim];
    if (!claims || typeof name !== 'string' || !isName(name)) return null;
    const tenant = await findTenant(db, name);
    if (!tenant) return null;
    const { iss, sub, exp = 0 } = claims;
    const who = createHash('sha256')
      .update(JSON.stringify([iss, sub]))
      .digest('base64url');
    return {
      scope: tenantScope(tenant.id),
      tenant,
      scopes: scopesIn(claims[provider.scopesClaim]),
      actor: `jwt:${who}`,
      tokenId: null,
      expiresAt: new Date(Math.min(exp, END_OF_TIME_S) * 1_000),
    };
  };
}

/** The claims of a token that is good now. Throws for any other. */
async function verified(
  jwt: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: IdentityProvider,
  now: Date,
): Promise<JWTPayload | null> {
  const { payload } = await jwtVerify(jwt, keys, {
    ...{ issuer, audience, algorithms: ALGORITHMS, currentDate: now, clockTolerance: TOLERANCE_S },
    requiredClaims: ['exp', 'sub'],
  });
  const { sub, iat = 0 } = payload;
  const ahead = iat - now.getTime() / 1_000;
  return typeof sub === 'string' && sub !== '' && ahead <= TOLERANCE_S ? payload : null;
}

/** A name that a tenant may have: PostgreSQL holds no NUL. */
function isName(text: string): boolean {
  return text.length > 0 && text.length <= LONGEST_NAME && !/\p{Cc}/u.test(text);
}

function scopesIn(claim: unknown): ReadonlySet<string> {
  const words: readonly unknown[] = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim : [];
  return new Set(allScopes.filter((scope) => words.includes(scope)));
}
