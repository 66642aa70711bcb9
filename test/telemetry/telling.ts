import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createLog, type Log } from '../../src/lib/log.ts';
import { type OpenTelemetry, openTelemetry } from '../../src/telemetry/telemetry.ts';

const loopback = { port: 0, host: '127.0.0.1' } as const;

/** Telemetry with figures on a port of their own, ended with the test. */
export async function withMetrics(): Promise<OpenTelemetry & { read(): Promise<string> }> {
  const telemetry = await openTelemetry({ metrics: loopback, traces: null });
  onTestFinished(() => telemetry.close());
  return { ...telemetry, read: async () => (await fetch(String(telemetry.metricsUrl))).text() };
}

/** A span as it was sent. */
export interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

/** Telemetry whose traces go to a collector of ours. `spans` ends it, and answers what was sent. */
export async function withTraces(): Promise<OpenTelemetry & { spans(): Promise<readonly SentSpan[]> }> {
  const sent: SentSpan[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as Sent;
    if (request.url === '/v1/traces')
      sent.push(...body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, loopback.host, resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://${loopback.host}:${(server.address() as AddressInfo).port}`;
  const telemetry = await openTelemetry({ metrics: null, traces: { endpoint } });
  return {
    ...telemetry,
    async spans() {
      await telemetry.close();
      return sent;
    },
  };
}

interface Sent {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[];
}

/** A log and the lines that it has written. */
export function keptLog(level: 'info' | 'warn' = 'info'): { log: Log; lines(): readonly Record<string, unknown>[] } {
  const written: string[] = [];
  return {
    log: createLog({ level, destination: { write: (line) => void written.push(line) } }),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
