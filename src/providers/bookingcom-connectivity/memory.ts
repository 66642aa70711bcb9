import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { authBaseUrlOf, type ConnectivityCredentials } from './credentials.ts';

const date = z.iso.datetime().transform((text) => new Date(text));

/** What is kept between calls and restarts. What cannot be read is as if it had never been known. */
const shape = z.object({
  token: z.string().nullish().catch(null),
  /** When to ask for a new token. */
  expiresAt: date.nullish().catch(null),
  /** When tokens were taken within the last hour, in milliseconds since 1970. */
  exchanges: z.array(z.number()).catch([]).default([]),
  /** Since when it is not known what the last unanswered confirm did. */
  doubtSince: z.iso.datetime().nullish().catch(null),
  /** Under which participant id each property speaks: the same in all its conversations. */
  voices: z.record(z.string(), z.string()).catch({}).default({}),
});

/** The memory's content, read. */
export type Known = z.infer<typeof shape>;

/** Reads what is kept for these credentials. What another client left is not ours to use. */
export function readKnown(memory: JsonObject, credentials: ConnectivityCredentials): Known {
  return shape.parse(memory.client === clientOf(credentials) ? memory : {});
}

/** The next content: what is kept for these credentials with `changes` over it. */
export function withKnown(memory: JsonObject, credentials: ConnectivityCredentials, changes: JsonObject): JsonObject {
  const client = clientOf(credentials);
  return { ...(memory.client === client ? memory : {}), client, ...changes };
}

function clientOf(credentials: ConnectivityCredentials): string {
  return `${credentials.clientId} at ${authBaseUrlOf(credentials)} for ${credentials.baseUrl}`;
}
