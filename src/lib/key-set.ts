import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from './clock.ts';
import type { AddressCheck } from './outbound.ts';

/** The keys could not be read, and none are held that may still be believed. */
export class KeySetUnavailableError extends Error {
  override readonly name = 'KeySetUnavailableError';

  constructor() {
    super('The keys of the identity provider cannot be read.');
  }
}

export interface KeySetParts {
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  readonly check: AddressCheck;
  /** Told why the keys could not be read, each time. */
  readonly onFault: (error: unknown) => void;
}

const limits = {
  /** How long keys are used without asking again: as long as one that was withdrawn goes on to be good. */
  freshMs: 10 * 60_000,
  /** How long they are used where asking again fails. */
  staleMs: 60 * 60_000,
  /** How soon they are asked for again because a key is missing. Whoever makes up key ids makes no more calls than that. */
  missingAgainMs: 30_000,
  /** How soon they are asked for again after that failed. */
  failedAgainMs: 5_000,
  answerMs: 3_000,
  bytes: 256 * 1024,
} as const;

interface Held {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAt: number;
}

/** The public keys of an identity provider, read when they are needed and held. All who need them meanwhile wait for one call. */
export function createKeySet(parts: KeySetParts): JWTVerifyGetKey {
  const { clock } = parts;
  let held: Held | null = null;
  let reading: Promise<void> | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  const age = (): number => (held ? clock.monotonic() - held.readAt : Number.POSITIVE_INFINITY);

  const read = (): Promise<void> => {
    reading ??= readKeys(parts)
      .then((keys) => {
        held = { find: createLocalJWKSet(keys), readAt: clock.monotonic() };
      })
      .catch((error: unknown) => {
        failedAt = clock.monotonic();
        parts.onFault(error);
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const readAgain = async (afterMs: number): Promise<void> => {
    if (age() < afterMs) return;
    if (reading || clock.monotonic() - failedAt >= limits.failedAgainMs) await read();
  };
  const current = (): Held => {
    if (!held || age() >= limits.staleMs) throw new KeySetUnavailableError();
    return held;
  };
  return async (header, token) => {
    await readAgain(limits.freshMs);
    try {
      return await current().find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await readAgain(limits.missingAgainMs);
      // It may well be among those that cannot be read.
      if (failedAt > current().readAt) throw new KeySetUnavailableError();
      return current().find(header, token);
    }
  };
}

async function readKeys({ url, fetch, clock, check }: KeySetParts): Promise<JSONWebKeySet> {
  const fault = await check(url);
  if (fault) throw new Error(`The address of the key set ${fault}.`);
  const late = new AbortController();
  const cancel = clock.after(limits.answerMs, () => late.abort(new Error('The key set did not come in time.')));
  try {
    const answer = await fetch(url, {
      ...{ redirect: 'error', signal: late.signal },
      headers: { accept: 'application/jwk-set+json, application/json' },
    });
    if (answer.status !== 200) throw new Error(`The key set was answered with ${answer.status}.`);
    return JSON.parse(await textAtMost(answer, limits.bytes)) as JSONWebKeySet;
  } finally {
    cancel();
  }
}

async function textAtMost({ body }: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new Error('The key set is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
