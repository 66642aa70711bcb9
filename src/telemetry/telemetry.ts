import { sleep, systemClock } from '../lib/clock.ts';
import { noMeters, noTracing, type Telemetry } from './contract.ts';
import type { MetricsListener } from './metrics-listener.ts';

export interface TelemetryOptions {
  /** Where figures are read; null: nowhere, and none are kept. */
  readonly metrics: { readonly port: number; readonly host: string } | null;
  /** Where traces are sent, as `OTEL_EXPORTER_OTLP_ENDPOINT`; null: nowhere, and none are kept. */
  readonly traces: { readonly endpoint: string } | null;
}

/** What is told, and where to. */
export interface OpenTelemetry extends Telemetry {
  /** Null where no figures are kept. */
  readonly metricsUrl: string | null;
  /** Sends what is left, and gives the port back. Never rejects: what cannot be told any more is nobody's loss. */
  close(): Promise<void>;
}

const VERSION = '0.1.0';
// Whoever should have taken the last spans may be down itself.
const CLOSE_MS = 2_000;

/** Loads what is wanted and nothing else: a server that is asked for neither knows neither library. */
export async function openTelemetry({ metrics, traces }: TelemetryOptions): Promise<OpenTelemetry> {
  const meters = metrics && (await import('./meters.ts')).createMeters();
  const listener: MetricsListener | null =
    meters && (await (await import('./metrics-listener.ts')).listenForMetrics(meters, metrics));
  const tracing =
    traces && (await import('./tracing.ts')).createTracing({ endpoint: traces.endpoint, version: VERSION });
  return {
    meters: meters ?? noMeters,
    tracing: tracing ?? noTracing,
    metricsUrl: listener?.url ?? null,
    async close() {
      await Promise.race([Promise.allSettled([listener?.close(), tracing?.close()]), sleep(systemClock, CLOSE_MS)]);
      meters?.close();
    },
  };
}
