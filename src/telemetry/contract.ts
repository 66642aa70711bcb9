/** What the system tells those who run it, while it runs. With neither metrics nor traces wanted, telling costs nothing. */
export interface Telemetry {
  readonly meters: Meters;
  readonly tracing: Tracing;
}

/** How an operation ended: `partial` has data beside its errors, `refused` was never executed. */
export type OperationOutcome = 'ok' | 'partial' | 'failed' | 'refused';

/** A breaker: `open` lets no call through, `half-open` a trial. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/**
 * Figures to be read from outside. Labels hold what comes from a set that we know the end of: never a tenant, an id or a text. Where a
 * method is given an id it only counts how many there are.
 */
export interface Meters {
  operation(told: { readonly kind: string; readonly outcome: OperationOutcome; readonly ms: number }): void;
  /** Told of each call of a resolver, by `Type.field`. Null: not wanted, and nothing is to be measured. */
  readonly resolver: ((field: string, ms: number) => void) | null;
  /** Told of each call of a provider's adapter: `outcome` is `ok` or the kind of its error. */
  upstream(told: {
    readonly provider: string;
    readonly operation: string;
    readonly outcome: string;
    readonly ms: number;
  }): void;
  /** Told when the breaker of an account changed; an account that is gone is `closed`. */
  breaker(provider: string, accountId: string, state: BreakerState): void;
  /** Told of events that were handed to subscribers. */
  delivered(count: number): void;
  /** Says how a number that goes up and down is asked for. Asked only when figures are read. */
  gauge(name: 'sockets' | 'subscriptions', read: () => number): void;
  /** Says how the store is asked. Asked only when figures are read. */
  store(read: () => Promise<StoreFigures>): void;
}

/** What is waiting, over all tenants. */
export interface StoreFigures {
  /** Seconds since the last successful look at the account that has waited longest, by provider. */
  readonly feeds: readonly { readonly provider: string; readonly seconds: number }[];
  /** Messages that are not settled, by state, and the seconds since the oldest of them was asked for. */
  readonly outbox: readonly { readonly state: string; readonly count: number; readonly oldestSeconds: number }[];
}

/** Traces: spans within each other, each with facts that are no text of people and no secret. */
export interface Tracing {
  /** False: spans are not kept, and what it takes to describe them may be left out. */
  readonly on: boolean;
  /** Does the work inside a span. What it throws marks the span, and is thrown. */
  span<T>(begin: SpanBegin, work: (span: Span) => Promise<T>): Promise<T>;
}

export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanBegin {
  readonly name: string;
  /** `server`: somebody asked us; `client`: we ask somebody; `internal`: we do it by ourselves. */
  readonly kind: 'server' | 'client' | 'internal';
  /** What it belongs to: what is under way here, nothing, or what a caller's W3C `traceparent` says. */
  readonly parent: 'current' | 'none' | { readonly traceparent: string | null };
  readonly facts?: SpanFacts;
}

export interface Span {
  tell(facts: SpanFacts): void;
  /** It came to nothing; `reason` is a word such as a kind of error. */
  fail(reason: string): void;
}

const unkept: Span = { tell: () => undefined, fail: () => undefined };

/** Keeps no spans. */
export const noTracing: Tracing = { on: false, span: (_begin, work) => work(unkept) };

/** Keeps no figures. */
export const noMeters: Meters = {
  operation: () => undefined,
  resolver: null,
  upstream: () => undefined,
  breaker: () => undefined,
  delivered: () => undefined,
  gauge: () => undefined,
  store: () => undefined,
};

/** Tells nobody. */
export const noTelemetry: Telemetry = { meters: noMeters, tracing: noTracing };
