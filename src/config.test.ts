import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, variables } from './config.ts';
import { defaultLimits } from './domain/limits.ts';

const key = 'ab'.repeat(32);

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.faults.map((f) => [f.variable, f.problem]));
  }
  return {};
}

describe('an empty environment', () => {
  it('gives a local server with an embedded store', () => {
    expect(readConfig({ HOME: '/root', PATH: '/bin' })).toEqual({
      server: {
        port: 4000,
        host: '127.0.0.1',
        publicUrl: null,
        allowedOrigins: [],
        graphiql: true,
        introspection: 'token',
        trustedDocuments: null,
        limits: defaultLimits,
      },
      store: { databaseUrl: null, dataDir: '.parley', secretKey: null, oldSecretKeys: [] },
      providers: { allowPrivateHosts: false },
      identity: null,
      log: { level: 'info' },
      telemetry: { metrics: null, traces: null },
      demo: { token: null },
    });
  });

  it('is the same as one of empty variables', () => {
    const empty = Object.fromEntries(variables.map(({ name }) => [name, ' ']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });
});

describe('an environment in full', () => {
  it('is read, each variable in its place', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '::',
      DATABASE_URL: 'postgres://me:hush@db/parley',
      PARLEY_DATA_DIR: '/var/lib/parley',
      PARLEY_SECRET_KEY: key,
      PARLEY_ALLOWED_ORIGINS: 'https://App.example.com:443/, http://localhost:3000,',
      PARLEY_PUBLIC_URL: 'https://example.com/parley/',
      PARLEY_GRAPHIQL: 'off',
      PARLEY_INTROSPECTION: 'off',
      PARLEY_TRUSTED_DOCUMENTS: 'documents.json',
      PARLEY_TRUSTED_PROXIES: '10.0.0.0/8, ::1, fd00::/8,192.168.1.1',
      PARLEY_MAX_SOCKETS_PER_ADDRESS: '7',
      PARLEY_MAX_SOCKETS: '700',
      PARLEY_MAX_IN_FLIGHT: '8',
      PARLEY_MAX_QUEUED: '9',
      PARLEY_COST_BUDGET: '1000',
      PARLEY_COST_REFILL: '10',
      PARLEY_ALLOW_PRIVATE_HOSTS: 'on',
      PARLEY_JWT_ISSUER: 'https://login.example.com/',
      PARLEY_JWT_AUDIENCE: 'parley',
      PARLEY_JWT_JWKS_URL: 'https://login.example.com/keys',
      PARLEY_JWT_SCOPES_CLAIM: 'permissions',
      PARLEY_METRICS_PORT: '9464',
      PARLEY_METRICS_HOST: '::1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      LOG_LEVEL: 'debug',
      PARLEY_TOKEN: 'mine',
    });
    expect(config).toEqual({
      server: {
        port: 0,
        host: '::',
        publicUrl: 'https://example.com/parley',
        allowedOrigins: ['https://app.example.com', 'http://localhost:3000'],
        graphiql: false,
        introspection: 'off',
        trustedDocuments: 'documents.json',
        limits: {
          trustedProxies: ['10.0.0.0/8', '::1', 'fd00::/8', '192.168.1.1'],
          ...{ socketsPerAddress: 7, sockets: 700, inFlight: 8, queued: 9, costBudget: 1000, costRefill: 10 },
        },
      },
      store: {
        databaseUrl: 'postgres://me:hush@db/parley',
        dataDir: '/var/lib/parley',
        secretKey: new Uint8Array(32).fill(0xab),
        oldSecretKeys: [],
      },
      providers: { allowPrivateHosts: true },
      identity: {
        issuer: 'https://login.example.com/',
        audience: 'parley',
        jwksUrl: 'https://login.example.com/keys',
        tenantClaim: 'tenant',
        scopesClaim: 'permissions',
      },
      log: { level: 'debug' },
      telemetry: { metrics: { port: 9464, host: '::1' }, traces: { endpoint: 'http://collector:4318/' } },
      demo: { token: 'mine' },
    });
  });
});

describe('a fault', () => {
  it.each([
    ['PORT', '65536'],
    ['PORT', '4000a'],
    ['PORT', '-1'],
    ['PORT', '4e3'],
    ['HOST', 'http://localhost'],
    ['DATABASE_URL', 'mysql://db/parley'],
    ['DATABASE_URL', 'db.example.com'],
    ['PARLEY_SECRET_KEY', 'changeme'],
    ['PARLEY_SECRET_KEYS_OLD', `${key},changeme`],
    ['PARLEY_ALLOWED_ORIGINS', '*'],
    ['PARLEY_ALLOWED_ORIGINS', 'https://a.example.com, b.example.com'],
    ['PARLEY_ALLOWED_ORIGINS', 'https://a.example.com/path'],
    ['PARLEY_PUBLIC_URL', 'example.com'],
    ['PARLEY_PUBLIC_URL', 'https://me:hush@example.com'],
    ['PARLEY_PUBLIC_URL', 'https://example.com/?a=1'],
    ['PARLEY_GRAPHIQL', 'yes'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['PARLEY_TRUSTED_PROXIES', 'proxy.example.com'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/'],
    ['PARLEY_MAX_SOCKETS_PER_ADDRESS', '0'],
    ['PARLEY_MAX_IN_FLIGHT', 'many'],
    ['PARLEY_INTROSPECTION', 'yes'],
    ['PARLEY_COST_BUDGET', '1e6'],
    ['PARLEY_ALLOW_PRIVATE_HOSTS', 'true'],
    ['LOG_LEVEL', 'loud'],
  ])('names its variable: %s=%s', (name, value) => {
    expect(faultsOf({ PARLEY_SECRET_KEY: key, [name]: value })).toEqual({ [name]: expect.stringMatching(/^must be /) });
  });

  it('is said of a key set that could be read by others, or is not there, and of an issuer without the rest', () => {
    const env = {
      PARLEY_JWT_ISSUER: 'https://login.example.com/',
      PARLEY_JWT_JWKS_URL: 'http://login.example.com/keys',
    };
    expect(faultsOf(env)).toEqual({
      PARLEY_JWT_JWKS_URL: expect.stringMatching(/^must be https/),
      PARLEY_JWT_AUDIENCE: 'is required with the other PARLEY_JWT_ variables',
    });
    expect(faultsOf({ ...env, PARLEY_JWT_AUDIENCE: 'parley', PARLEY_ALLOW_PRIVATE_HOSTS: 'on' })).toEqual({});
    expect(faultsOf({ PARLEY_JWT_JWKS_URL: 'keys' })).toMatchObject({
      PARLEY_JWT_JWKS_URL: expect.stringMatching(/^must be /),
    });
  });

  it('does not hide another one: all are told at once', () => {
    const env = { PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'postgres://db/parley', PARLEY_GRAPHQL: 'on' };
    expect(faultsOf(env)).toEqual({
      PORT: 'must be a whole number from 0 to 65535',
      LOG_LEVEL: 'must be one of debug, info, warn, error, silent',
      PARLEY_SECRET_KEY: 'is required with DATABASE_URL',
      PARLEY_GRAPHQL: 'is not known: did you mean PARLEY_GRAPHIQL?',
    });
    expect(() => readConfig(env)).toThrow(/PORT must be.*LOG_LEVEL must be.*PARLEY_GRAPHQL is not known/s);
  });

  it('never shows what may be secret', () => {
    const env = {
      DATABASE_URL: 'mysql://me:hush@db',
      PARLEY_SECRET_KEY: 'hush',
      PARLEY_PUBLIC_URL: 'https://a:hush@b',
    };
    expect(() => readConfig(env)).toThrow(/^(?!.*hush)/s);
  });
});

describe('the table of variables', () => {
  it('holds each name once, with a meaning for the reader', () => {
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    expect(variables.every(({ meaning }) => meaning.length > 10 && !meaning.includes('|'))).toBe(true);
  });
});
