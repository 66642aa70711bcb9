import type { z } from 'zod';
import { host, integer, variable, webUrl } from './config-reading.ts';

/** What of the environment says who is told of figures and traces. */
export interface TelemetryConfig {
  /** Null: figures are neither kept nor shown. */
  readonly metrics: { readonly port: number; readonly host: string } | null;
  /** Null: no traces are kept. */
  readonly traces: { readonly endpoint: string } | null;
}

export const telemetryVariables = [
  {
    name: 'PARLEY_METRICS_PORT',
    default: null,
    meaning: 'Port of its own for Prometheus, at /metrics; 0 takes any free one. Without it no figures are kept',
  },
  { name: 'PARLEY_METRICS_HOST', default: '127.0.0.1', meaning: 'Address that the metrics port listens on' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: null,
    meaning: 'Where traces are sent, by OTLP over HTTP, such as http://127.0.0.1:4318. Without it none are kept',
  },
] as const;

export const telemetryEnvironment = {
  PARLEY_METRICS_PORT: variable(integer(0, 65_535), 'must be a whole number from 0 to 65535').nullable(),
  PARLEY_METRICS_HOST: variable(host, 'must be an IP address or a host name'),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    (text) => webUrl(text)?.href,
    'must be an http or https URL without user information',
  ).nullable(),
};

type TelemetryEnvironment = {
  [Name in keyof typeof telemetryEnvironment]: z.infer<(typeof telemetryEnvironment)[Name]>;
};

/** The same, grouped. */
export function telemetryOf(env: TelemetryEnvironment): TelemetryConfig {
  const { PARLEY_METRICS_PORT: port, PARLEY_METRICS_HOST: at, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env;
  return {
    metrics: port === null ? null : { port, host: at },
    traces: endpoint === null ? null : { endpoint },
  };
}
