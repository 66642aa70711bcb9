import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../store/database.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { type Caller, callerOf } from './context.ts';
import { isJwt, type JwtLook } from './jwts.ts';
import { createTokenLooks } from './token-looks.ts';

/** A caller whose token was good when it was shown. */
export interface Session {
  readonly caller: Caller;
  /** Whether the token still stands and allows the same. Looks at the store at most every 2 s; known at once in between. */
  stillGood(): boolean | Promise<boolean>;
}

/** Tells who calls. */
export interface Authentication {
  /** The caller that an `Authorization` value (`Bearer …`, any case) stands for; null where there is none. */
  authenticate(authorization: string | null | undefined): Promise<Session | null>;
  /** Believes nothing any more: some token was ended. */
  forget(): void;
}

interface Known {
  readonly caller: Promise<Caller | null>;
  /** The same, once it has been read. */
  settled: Caller | null;
  readonly until: number;
  /** How often everything had been forgotten by then. */
  readonly forgotten: number;
}

/**
 * How long a token is believed without asking the store, and a JWT without looking at its signature again: it ends by itself, and for the
 * rest only with its key. And how many are remembered.
 */
const limits = { believedMs: 2_000, jwtBelievedMs: 60_000, tokens: 10_000 } as const;

const bearer = /^bearer +([\x21-\x7e]{1,8192})$/i;

/** Remembers tokens by their digests only, and only good ones. */
export function createAuthentication(db: Database, clock: Clock, jwts: JwtLook | null): Authentication {
  const known = createBoundedCache<string, Known>(limits.tokens);
  const stored = createTokenLooks(db, clock);
  const storedCaller = async (token: string): Promise<Caller | null> => {
    const found = await stored(token);
    return found && callerOf(found);
  };
  let forgotten = 0;
  const believed = (entry: Known): boolean => entry.until > clock.monotonic() && entry.forgotten >= forgotten;

  const look = (token: string, key: string): Known => {
    const remembered = known.get(key);
    if (remembered && believed(remembered)) return remembered;
    const jwt = jwts !== null && isJwt(token);
    const caller = (jwt ? jwts(token) : storedCaller(token)).then((found) => {
      entry.settled = found;
      if (!found) known.delete(key);
      return found;
    });
    const until = clock.monotonic() + (jwt ? limits.jwtBelievedMs : limits.believedMs);
    // That one of our own tokens was ended says nothing of JWTs.
    const entry: Known = { caller, settled: null, until, forgotten: jwt ? Number.POSITIVE_INFINITY : forgotten };
    known.set(key, entry);
    caller.catch(() => known.delete(key));
    return entry;
  };
  const expired = ({ expiresAt }: Caller): boolean => expiresAt !== null && expiresAt <= clock.now();
  const sessionOf = (token: string, key: string, first: Known, caller: Caller): Session => {
    let latest = first;
    return {
      caller,
      stillGood() {
        if (expired(caller)) return false;
        if (believed(latest) && latest.settled) return allowsTheSame(caller, latest.settled);
        latest = look(token, key);
        return latest.caller.then((now) => now !== null && allowsTheSame(caller, now));
      },
    };
  };
  return {
    forget() {
      forgotten += 1;
    },
    async authenticate(authorization) {
      const token = bearer.exec(authorization ?? '')?.[1];
      if (token === undefined) return null;
      const key = createHash('sha256').update(token).digest('base64');
      const entry = look(token, key);
      const caller = await entry.caller;
      return caller && !expired(caller) ? sessionOf(token, key, entry, caller) : null;
    },
  };
}

function allowsTheSame(one: Caller, other: Caller): boolean {
  if (one === other) return true;
  return (
    one.scope.tenantId === other.scope.tenantId &&
    one.scopes.size === other.scopes.size &&
    [...one.scopes].every((scope) => other.scopes.has(scope))
  );
}
