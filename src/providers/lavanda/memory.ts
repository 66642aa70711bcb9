import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { LavandaCredentials } from './credentials.ts';
import { dialectShape } from './dialect.ts';

const date = z.iso.datetime().transform((text) => new Date(text));

/** What is kept between calls and restarts. What cannot be read is as if it had never been known, and is learned again. */
const shape = z.object({
  token: z.string().nullish().catch(null),
  /** When to ask for a new token. */
  expiresAt: date.nullish().catch(null),
  dialect: dialectShape.nullish().catch(null),
  /** When learning anew last gave what was known already. */
  confirmedAt: date.nullish().catch(null),
  messageOrder: z.enum(['newest-first', 'oldest-first']).nullish().catch(null),
  /** The workspaces to read, and whether there are others. */
  workspaces: z
    .object({ ids: z.array(z.string()), partial: z.boolean(), readAt: date })
    .nullish()
    .catch(null),
  /** Where lists ended last: where new items are found if they run oldest first. */
  tails: z.object({ bookings: z.string().optional(), leads: z.string().optional() }).nullish().catch(null),
});

/** The memory's content, read. */
export type Known = z.infer<typeof shape>;

/** Reads what is kept for these credentials. What another client left is not ours to use. */
export function readKnown(memory: JsonObject, credentials: LavandaCredentials): Known {
  return shape.parse(memory.client === clientOf(credentials) ? memory : {});
}

/** The next content: what is kept for these credentials with `changes` over it. Dates are written as ISO 8601. */
export function withKnown(memory: JsonObject, credentials: LavandaCredentials, changes: JsonObject): JsonObject {
  const client = clientOf(credentials);
  return { ...(memory.client === client ? memory : {}), client, ...changes };
}

function clientOf({ clientId, baseUrl }: LavandaCredentials): string {
  return `${clientId} at ${baseUrl}`;
}
