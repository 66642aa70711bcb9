import { z } from 'zod';
import { defaultLimits, type Limits } from './domain/limits.ts';

/** The numbers among the limits, as the environment names them. */
const numbers = {
  PARLEY_MAX_SOCKETS_PER_ADDRESS: {
    limit: 'socketsPerAddress',
    most: 1_000_000,
    meaning: 'Websockets and event streams that one address may hold open',
  },
  PARLEY_MAX_SOCKETS: {
    limit: 'sockets',
    most: 1_000_000,
    meaning: 'Websockets and event streams that one server process holds open in all',
  },
  PARLEY_MAX_IN_FLIGHT: {
    limit: 'inFlight',
    most: 100_000,
    meaning: 'Operations that one server process carries out at the same time',
  },
  PARLEY_MAX_QUEUED: {
    limit: 'queued',
    most: 100_000,
    meaning: 'Operations that may wait for that, and as many for providers; more are refused with 503 and Retry-After',
  },
  PARLEY_COST_BUDGET: {
    limit: 'costBudget',
    most: 999_999_999,
    meaning:
      'Points that a token may spend at once, on one server process: what each operation costs is in its `extensions.cost`',
  },
  PARLEY_COST_REFILL: {
    limit: 'costRefill',
    most: 999_999_999,
    meaning: 'Points that a token gets back each second',
  },
} as const satisfies Record<string, { limit: keyof Limits; most: number; meaning: string }>;

type Name = keyof typeof numbers;
const names = Object.keys(numbers) as Name[];

/** As the README lists them. */
export const limitVariables = names.map((name) => ({
  name,
  default: String(defaultLimits[numbers[name].limit]),
  meaning: numbers[name].meaning,
}));

/** The names of the limits' variables. */
export type LimitVariable = Name;

/** How each of these variables is read. */
export const limitEnvironment = Object.fromEntries(names.map((name) => [name, integer(numbers[name].most)])) as Record<
  Name,
  ReturnType<typeof integer>
>;

/** The limits that the environment says. */
export function limitsOf(env: Readonly<Record<Name, number>>, trustedProxies: readonly string[]): Limits {
  const read = names.map((name) => [numbers[name].limit, env[name]] as const);
  return { ...defaultLimits, ...Object.fromEntries(read), trustedProxies };
}

/** What is shown of the schema, and what of it may be asked. */
export const exposureVariables = [
  {
    name: 'PARLEY_INTROSPECTION',
    default: 'token',
    meaning:
      'Whom the schema is told to: on (everybody), token (whoever has a token) or off (nobody, and errors name nothing of it)',
  },
  {
    name: 'PARLEY_TRUSTED_DOCUMENTS',
    default: null,
    meaning: 'JSON file of the only documents that may run, by their SHA-256; without it all may',
  },
] as const;

/** How these are read. */
export const exposureEnvironment = {
  PARLEY_INTROSPECTION: z.enum(['on', 'token', 'off'], 'must be on, token or off'),
  PARLEY_TRUSTED_DOCUMENTS: z.string().nullable(),
};

function integer(most: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 1 to ${most}`)
    .transform(Number)
    .pipe(
      z
        .number()
        .min(1, `must be a whole number from 1 to ${most}`)
        .max(most, `must be a whole number from 1 to ${most}`),
    );
}
