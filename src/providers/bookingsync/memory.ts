import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { BookingsyncCredentials } from './credentials.ts';

const date = z.iso.datetime().transform((text) => new Date(text));
const host = z.object({ id: z.string(), name: z.string().nullable(), isUser: z.boolean() });
const dates = z.record(z.string(), z.iso.datetime());

/** What is kept between calls and restarts. What cannot be read is as if it had never been known. */
const shape = z.object({
  accessToken: z.string().nullish().catch(null),
  /** When to ask for a new one. */
  expiresAt: date.nullish().catch(null),
  /** The newest of the family that began with the credentials' one: each is good until it was used. */
  refreshToken: z.string().nullish().catch(null),
  /** Who writes for the account. */
  hosts: z
    .object({ all: z.array(host), readAt: date })
    .nullish()
    .catch(null),
  /** Channels by the application that stands for them. */
  channels: z
    .object({ byApplication: z.record(z.string(), z.string()), readAt: date })
    .nullish()
    .catch(null),
  /** Since when a kind of thing is known to be refused, for want of its scope. */
  refused: dates.catch({}).default({}),
  /** Our participants that were made here, by conversation, the latest last. */
  made: z
    .array(z.tuple([z.string(), z.string()]))
    .catch([])
    .default([]),
});

/** The memory's content, read. */
export type Known = z.infer<typeof shape>;

/** Reads what is kept for these credentials. What others left is not ours to use. */
export function readKnown(memory: JsonObject, credentials: BookingsyncCredentials): Known {
  return shape.parse(memory.for === fingerprintOf(credentials) ? memory : {});
}

/** The next content: what is kept for these credentials with `changes` over it. Dates are written as ISO 8601. */
export function withKnown(memory: JsonObject, credentials: BookingsyncCredentials, changes: JsonObject): JsonObject {
  const mine = fingerprintOf(credentials);
  return { ...(memory.for === mine ? memory : {}), for: mine, ...changes };
}

/** The same account connected again with a new refresh token begins anew. */
function fingerprintOf({ clientId, refreshToken, baseUrl }: BookingsyncCredentials): string {
  const hash = createHash('sha256').update([clientId, refreshToken, baseUrl].join('\n'));
  return hash.digest('base64url').slice(0, 22);
}
