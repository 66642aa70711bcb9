import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { systemClock } from '../lib/clock.ts';
import { createSingleFlight } from '../lib/single-flight.ts';
import type { BreakerState, Meters, StoreFigures } from './contract.ts';

/** Meters that can be read. */
export interface ReadableMeters extends Meters {
  /** Everything as Prometheus reads it. What the store does not answer in time is left out. */
  text(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

const NANO = 1e9;
const EVENT_LOOP_RESOLUTION_MS = 20;
const seconds = {
  quick: [0.001, 0.01, 0.1, 1, 10],
  usual: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
};

/** Figures for Prometheus. One of these an application: its figures are its own. */
export function createMeters(): ReadableMeters {
  const registry = new Registry();
  const registers = [registry];
  const operations = new Histogram({
    ...{ name: 'parley_operation_duration_seconds', help: 'GraphQL operations by kind and outcome.', registers },
    ...{ labelNames: ['kind', 'outcome'], buckets: seconds.usual },
  });
  const resolvers = new Histogram({
    ...{ name: 'parley_resolver_duration_seconds', help: 'Calls of resolvers by field.', registers },
    ...{ labelNames: ['field'], buckets: seconds.quick },
  });
  const upstream = new Histogram({
    ...{ name: 'parley_upstream_duration_seconds', help: 'Calls of providers, waits for a place included.', registers },
    ...{ labelNames: ['provider', 'operation', 'outcome'], buckets: seconds.usual },
  });
  const delivered = new Counter({
    ...{ name: 'parley_events_delivered_total', help: 'Events handed to subscribers.', registers },
  });
  const byField = new Map<string, { observe(value: number): void }>();
  const loop = meterEventLoop(registers);
  const asking = meterStore(registers);
  return {
    operation: ({ kind, outcome, ms }) => operations.observe({ kind, outcome }, ms / 1000),
    resolver(field, ms) {
      const known = byField.get(field) ?? resolvers.labels({ field });
      byField.set(field, known);
      known.observe(ms / 1000);
    },
    upstream: ({ provider, operation, outcome, ms }) => upstream.observe({ provider, operation, outcome }, ms / 1000),
    breaker: meterBreakers(registers),
    delivered: (count) => delivered.inc(count),
    gauge(name, read) {
      new Gauge({
        ...{ name: `parley_${name}`, help: helps[name], registers },
        collect() {
          this.set(read());
        },
      });
    },
    store: asking,
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close: () => void loop.disable(),
  };
}

const helps = { sockets: 'Websockets that are open.', subscriptions: 'Subscriptions that are followed.' } as const;

/** What the loop was late by since the last reading. */
function meterEventLoop(registers: Registry[]): ReturnType<typeof monitorEventLoopDelay> {
  const delay = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  delay.enable();
  new Gauge({
    ...{
      name: 'parley_event_loop_lag_seconds',
      help: 'How late the event loop was, since the last reading.',
      registers,
    },
    labelNames: ['quantile'],
    collect() {
      // It measures the time from turn to turn, of which the timer's own wait is no lag.
      const lag = (nanoseconds: number): number =>
        Math.max(0, nanoseconds / NANO - EVENT_LOOP_RESOLUTION_MS / 1000) || 0;
      this.set({ quantile: '0.5' }, lag(delay.percentile(50)));
      this.set({ quantile: '0.99' }, lag(delay.percentile(99)));
      this.set({ quantile: '1' }, lag(delay.max));
      delay.reset();
    },
  });
  return delay;
}

/** Breakers that are not closed are counted by provider: an account is a number among others here. */
function meterBreakers(registers: Registry[]): Meters['breaker'] {
  const known = new Map<string, { readonly provider: string; readonly state: BreakerState }>();
  const providers = new Set<string>();
  new Gauge({
    ...{ name: 'parley_breakers', help: 'Accounts whose breaker is open or half-open, by provider.', registers },
    labelNames: ['provider', 'state'],
    collect() {
      const all = [...known.values()];
      for (const provider of providers)
        for (const state of ['half-open', 'open'] as const)
          this.set({ provider, state }, all.filter((one) => one.provider === provider && one.state === state).length);
    },
  });
  return (provider, accountId, state) => {
    providers.add(provider);
    if (state === 'closed') known.delete(accountId);
    else known.set(accountId, { provider, state });
  };
}

const STORE_WITHIN_MS = 2_000;

/** Nothing where it takes long: all other figures would wait for it. */
function inTime<T>(answer: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const cancel = systemClock.after(STORE_WITHIN_MS, () => resolve(null));
  return Promise.race([answer, late]).finally(cancel);
}

/** One question to the store a reading, whose answer fills all of these gauges. */
function meterStore(registers: Registry[]): Meters['store'] {
  let read: () => Promise<StoreFigures> = async () => ({ feeds: [], outbox: [] });
  const asked = createSingleFlight<StoreFigures | null>();
  const ask = (): Promise<StoreFigures | null> => asked('figures', () => inTime(read().catch(() => null)));
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    fill: (gauge: Gauge<string>, told: StoreFigures) => void,
  ) =>
    new Gauge<string>({
      ...{ name, help, registers, labelNames },
      async collect() {
        const told = await ask();
        this.reset();
        if (told) fill(this, told);
      },
    });
  gauge('parley_outbox_messages', 'Messages in the outbox that are not settled, by state.', ['state'], (to, told) => {
    for (const { state, count } of told.outbox) to.set({ state }, count);
  });
  gauge('parley_outbox_oldest_seconds', 'Age of the oldest unsettled message by state.', ['state'], (to, told) => {
    for (const { state, oldestSeconds } of told.outbox) to.set({ state }, oldestSeconds);
  });
  gauge(
    'parley_feed_age_seconds',
    'Since the last look at the account that waits longest.',
    ['provider'],
    (to, told) => {
      for (const { provider, seconds: age } of told.feeds) to.set({ provider }, age);
    },
  );
  new Gauge({
    ...{ name: 'parley_store_up', help: 'Whether the store answered this reading.', registers },
    async collect() {
      this.set((await ask()) ? 1 : 0);
    },
  });
  return (asking) => {
    read = asking;
  };
}
