import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Span, SpanBegin, Tracing } from './contract.ts';

/** Traces that are sent somewhere. */
export interface SentTracing extends Tracing {
  /** Sends what has not been sent yet, and ends. */
  close(): Promise<void>;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Sends spans by OTLP over HTTP to `endpoint`, a base address such as `http://127.0.0.1:4318`. A caller's sampling is kept to. */
export function createTracing({ endpoint, version }: { endpoint: string; version: string }): SentTracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'parley', 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('parley');
  // Ours and not OpenTelemetry's global one: several applications in one process keep apart.
  const under = new AsyncLocalStorage<Context>();
  const parentOf = ({ parent }: SpanBegin): Context => {
    if (parent === 'current') return under.getStore() ?? ROOT_CONTEXT;
    const remote = parent === 'none' ? null : parseTraceparent(parent.traceparent);
    return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
  };
  return {
    on: true,
    async span(begin, work) {
      const parent = parentOf(begin);
      const span = tracer.startSpan(begin.name, { kind: kinds[begin.kind], attributes: { ...begin.facts } }, parent);
      const face = faceOf(span);
      try {
        return await under.run(trace.setSpan(parent, span), () => work(face));
      } catch (error) {
        // Its name and nothing of its text, which may quote what people wrote.
        face.fail(error instanceof Error ? error.name : 'error');
        throw error;
      } finally {
        span.end();
      }
    },
    close: () => provider.shutdown(),
  };
}

function faceOf(span: OtelSpan): Span {
  let failed = false;
  return {
    tell: (facts) => void span.setAttributes(facts),
    fail(reason) {
      // The first to say why knows best.
      if (!failed) span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
      failed = true;
    },
  };
}

const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/** W3C Trace Context, "traceparent". Null where it is not one: a caller's mistake begins a trace of its own. */
function parseTraceparent(text: string | null): SpanContext | null {
  const [, traceId, spanId, flags] = traceparent.exec(text ?? '') ?? [];
  if (!traceId || !spanId || !flags) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}
