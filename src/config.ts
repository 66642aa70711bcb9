import { isIP } from 'node:net';
import { z } from 'zod';
import {
  type IdentityConfig,
  identityEnvironment,
  identityFaults,
  identityOf,
  identityVariables,
} from './config-identity.ts';
import {
  exposureEnvironment,
  exposureVariables,
  type LimitVariable,
  limitEnvironment,
  limitsOf,
  limitVariables,
} from './config-limits.ts';
import { host, integer, list, type Parse, variable, webUrl } from './config-reading.ts';
import { type TelemetryConfig, telemetryEnvironment, telemetryOf, telemetryVariables } from './config-telemetry.ts';
import type { Limits } from './domain/limits.ts';
import { type LogLevel, logLevels } from './lib/log.ts';
import { parseSecretKey } from './lib/seal.ts';
import { nearestWord } from './lib/spelling.ts';

/** What the environment says, checked and grouped. */
export interface Config {
  readonly server: {
    /** 0: any free one. */
    readonly port: number;
    readonly host: string;
    /** Where callers reach us, without a slash at the end; null: as their request says. */
    readonly publicUrl: string | null;
    /** Origins of browser pages that may call, as browsers write them. */
    readonly allowedOrigins: readonly string[];
    readonly graphiql: boolean;
    /** Whom the schema is told to: everybody, whoever has a token, or nobody. */
    readonly introspection: 'on' | 'token' | 'off';
    /** The file with the only documents that may run; null: all may. */
    readonly trustedDocuments: string | null;
    readonly limits: Limits;
  };
  readonly store: {
    /** Null: the embedded database in `dataDir`. */
    readonly databaseUrl: string | null;
    readonly dataDir: string;
    /** 32 bytes. Null, only with the embedded database: made once and kept in `dataDir`. */
    readonly secretKey: Uint8Array<ArrayBuffer> | null;
    /** Keys that still open what they sealed, and seal nothing new. */
    readonly oldSecretKeys: readonly Uint8Array<ArrayBuffer>[];
  };
  readonly providers: {
    /** Whether base URLs of providers may name private and loopback addresses. */
    readonly allowPrivateHosts: boolean;
  };
  /** Whose JWTs are taken beside our own tokens; null: nobody's. */
  readonly identity: IdentityConfig;
  readonly log: { readonly level: LogLevel };
  readonly telemetry: TelemetryConfig;
  readonly demo: {
    /** The demo's token; null: a new one at each start. */
    readonly token: string | null;
  };
}

/** One variable of the environment, as the README lists it. `default` is as one would write it; null: not set. */
export interface Variable {
  readonly name: string;
  readonly default: string | null;
  readonly meaning: string;
}

export const variables = [
  { name: 'PORT', default: '4000', meaning: 'Port to listen on; 0 takes any free one' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address to listen on' },
  {
    name: 'DATABASE_URL',
    default: null,
    meaning: 'PostgreSQL to use; without it an embedded database is kept in the data directory',
  },
  { name: 'PARLEY_DATA_DIR', default: '.parley', meaning: 'Directory of the embedded database and its secret key' },
  {
    name: 'PARLEY_SECRET_KEY',
    default: null,
    meaning:
      'Key that seals provider credentials: 32 bytes as hex or base64. Required with DATABASE_URL; otherwise made and kept in the data directory',
  },
  {
    name: 'PARLEY_SECRET_KEYS_OLD',
    default: null,
    meaning: 'Further keys that open what they sealed and seal nothing new, with commas between: for changing the key',
  },
  {
    name: 'PARLEY_ALLOWED_ORIGINS',
    default: null,
    meaning: 'Origins of browser pages that may call, with commas between',
  },
  { name: 'PARLEY_PUBLIC_URL', default: null, meaning: 'URL under which callers and webhooks reach the server' },
  { name: 'PARLEY_GRAPHIQL', default: 'on', meaning: 'The GraphiQL page: on or off' },
  ...exposureVariables,
  {
    name: 'PARLEY_TRUSTED_PROXIES',
    default: null,
    meaning: 'IP addresses or CIDR ranges whose X-Forwarded-For is believed, with commas between',
  },
  ...limitVariables,
  {
    name: 'PARLEY_ALLOW_PRIVATE_HOSTS',
    default: 'off',
    meaning:
      'Whether addresses of providers may be private or loopback ones, plain http, or on other ports than 443: on or off',
  },
  ...identityVariables,
  ...telemetryVariables,
  { name: 'LOG_LEVEL', default: 'info', meaning: 'debug, info, warn, error or silent' },
  { name: 'PARLEY_TOKEN', default: null, meaning: 'Demo only: the token to use instead of a new one at each start' },
] as const satisfies readonly Variable[];

type VariableName = (typeof variables)[number]['name'] | LimitVariable;

/** What is wrong with one variable. Never holds its value where that may be secret. */
export interface ConfigFault {
  readonly variable: string;
  readonly problem: string;
}

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(['The environment is not right:', ...faults.map((f) => `  ${f.variable} ${f.problem}`)].join('\n'));
    this.faults = faults;
  }
}

/** Reads the environment; an empty variable counts as not set. Throws one ConfigError that lists every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(variables.map(({ name, default: value }) => [name, env[name]?.trim() || value]));
  const read = environment.safeParse(given);
  const faults = [
    ...(read.error?.issues ?? []).map((issue) => ({ variable: String(issue.path[0]), problem: issue.message })),
    ...(given.DATABASE_URL && !given.PARLEY_SECRET_KEY
      ? [{ variable: 'PARLEY_SECRET_KEY', problem: 'is required with DATABASE_URL' }]
      : []),
    ...identityFaults(given),
    ...unknownNames(env),
  ];
  if (!read.success || faults.length > 0) throw new ConfigError(faults);
  return grouped(read.data);
}

const anyText: Parse<string> = (text) => text;
const onOff: Parse<boolean> = (text) => (text === 'on' ? true : text === 'off' ? false : undefined);
const logLevel: Parse<LogLevel> = (text) => logLevels.find((level) => level === text);
const proxy: Parse<string> = (text) => (isRange(text) ? text : undefined);

const databaseUrl: Parse<string> = (text) =>
  ['postgres:', 'postgresql:'].includes(URL.parse(text)?.protocol ?? '') ? text : undefined;

const publicUrl: Parse<string> = (text) => {
  const url = webUrl(text);
  return url && !url.search && !url.hash ? `${url.origin}${url.pathname}`.replace(/\/+$/, '') : undefined;
};

const origin: Parse<string> = (text) => {
  const url = webUrl(text);
  return url && url.pathname === '/' && !url.search && !url.hash ? url.origin : undefined;
};

const secretKey: Parse<Uint8Array<ArrayBuffer>> = (text) => {
  try {
    return parseSecretKey(text);
  } catch {
    return undefined;
  }
};

const environment = z.object({
  PORT: variable(integer(0, 65_535), 'must be a whole number from 0 to 65535'),
  HOST: variable(host, 'must be an IP address or a host name'),
  DATABASE_URL: variable(databaseUrl, 'must be a URL that begins with postgres:// or postgresql://').nullable(),
  PARLEY_DATA_DIR: variable(anyText, ''),
  PARLEY_SECRET_KEY: variable(secretKey, 'must be 32 bytes, as 64 hex digits or as base64').nullable(),
  PARLEY_SECRET_KEYS_OLD: variable(list(secretKey), 'must be such keys as PARLEY_SECRET_KEY, with commas').nullable(),
  PARLEY_ALLOWED_ORIGINS: variable(
    list(origin),
    'must be origins with commas between, such as https://app.example.com: http or https, no path, no wildcard',
  ).nullable(),
  PARLEY_PUBLIC_URL: variable(publicUrl, 'must be an http or https URL without query, fragment or user').nullable(),
  PARLEY_GRAPHIQL: variable(onOff, 'must be on or off'),
  ...exposureEnvironment,
  PARLEY_TRUSTED_PROXIES: variable(
    list(proxy),
    'must be IP addresses or CIDR ranges with commas between, such as 10.0.0.0/8',
  ).nullable(),
  ...limitEnvironment,
  PARLEY_ALLOW_PRIVATE_HOSTS: variable(onOff, 'must be on or off'),
  ...identityEnvironment,
  ...telemetryEnvironment,
  LOG_LEVEL: variable(logLevel, `must be one of ${logLevels.join(', ')}`),
  PARLEY_TOKEN: variable(anyText, '').nullable(),
} satisfies Record<VariableName, z.ZodType>);

function grouped(env: z.infer<typeof environment>): Config {
  return {
    server: {
      port: env.PORT,
      host: env.HOST,
      publicUrl: env.PARLEY_PUBLIC_URL,
      allowedOrigins: env.PARLEY_ALLOWED_ORIGINS ?? [],
      graphiql: env.PARLEY_GRAPHIQL,
      introspection: env.PARLEY_INTROSPECTION,
      trustedDocuments: env.PARLEY_TRUSTED_DOCUMENTS,
      limits: limitsOf(env, env.PARLEY_TRUSTED_PROXIES ?? []),
    },
    store: {
      databaseUrl: env.DATABASE_URL,
      dataDir: env.PARLEY_DATA_DIR,
      secretKey: env.PARLEY_SECRET_KEY,
      oldSecretKeys: env.PARLEY_SECRET_KEYS_OLD ?? [],
    },
    providers: { allowPrivateHosts: env.PARLEY_ALLOW_PRIVATE_HOSTS },
    identity: identityOf(env),
    log: { level: env.LOG_LEVEL },
    telemetry: telemetryOf(env),
    demo: { token: env.PARLEY_TOKEN },
  };
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || integer(0, family === 4 ? 32 : 128)(bits) !== undefined;
}

/** A misspelt variable would otherwise do nothing, and say nothing. */
function unknownNames(env: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  const known: readonly string[] = variables.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith('PARLEY_') && !known.includes(name))
    .map((name) => ({ variable: name, problem: `is not known: did you mean ${nearestWord(name, known)}?` }));
}
