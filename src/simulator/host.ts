import { type Clock, sleep } from '../lib/clock.ts';
import type { CallRecord } from './calls.ts';
import type { Fault, FaultScript } from './faults.ts';

/** The platform's fetch, as a simulator plays it. */
export type SimulatorFetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes as UTF-8. */
  readonly text: string;
}

/** What a provider's own part may use, and must tell, while it answers one request. */
export interface Handling {
  /** Every list in an answer goes through this: a fault may disorder it. */
  arrange<Item>(items: readonly Item[]): readonly Item[];
  /** To be called for each conversation whose contents were read. */
  countConversation(): void;
  /** The id that the answer carries for this request, where the provider gives one. */
  nameRequest(id: string): void;
}

/** A provider's own part. */
export interface Service {
  /** What the request asks for, for the call log and for faults. Must not throw, whatever arrived. */
  name(arrival: Arrival): string;
  /** Carries it out. Throws only where the simulator itself is at fault. */
  answer(arrival: Arrival, handling: Handling): Response | Promise<Response>;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly faults: FaultScript;
  readonly calls: CallRecord;
  readonly service: Service;
}

/** Makes a provider's HTTP host of its own part: names, troubles and records every call. Rejects as the platform's fetch does. */
export function createHost(options: HostOptions): SimulatorFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const arrival = await receive(request);
    const operation = options.service.name(arrival);
    const fault = options.faults.take(operation);
    const at = options.clock.now();
    let conversationCount = 0;
    let requestId: string | null = null;
    const handling: Handling = {
      arrange: (items) => disorder(items, fault),
      countConversation: () => {
        conversationCount += 1;
      },
      nameRequest: (id) => {
        requestId = id;
      },
    };
    const record = (status: number | null) =>
      options.calls.add({ operation, at, status, conversationCount, requestId, fault: fault?.kind ?? null });
    try {
      const act = async () => options.service.answer(arrival, handling);
      const response = await meet(fault, act, options.clock, request.signal);
      request.signal.throwIfAborted();
      record(response.status);
      return response;
    } catch (cause) {
      record(null);
      throw cause;
    }
  };
}

async function receive(request: Request): Promise<Arrival> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  const { method, headers } = request;
  return { method, headers, url: new URL(request.url), bytes, text: new TextDecoder().decode(bytes) };
}

type Act = () => Promise<Response>;

async function meet(fault: Fault | null, act: Act, clock: Clock, signal: AbortSignal): Promise<Response> {
  switch (fault?.kind) {
    case 'delay':
      return await delayed(fault, act, clock, signal);
    case 'status':
      if (fault.effect) await act();
      return refusal(fault);
    case 'hang':
      if (fault.effect) await act();
      return await aborted(signal);
    case 'refuse':
      throw networkError('ECONNREFUSED');
    case 'cut':
      if (fault.effect ?? true) await act();
      throw networkError('ECONNRESET');
    case 'garbage':
      await act();
      return new Response(fault.body ?? '<html><body>Bad gateway</body></html>', {
        headers: { 'content-type': 'text/html' },
      });
    case 'hold': {
      const response = await act();
      await Promise.race([fault.until, aborted(signal)]);
      return response;
    }
    case 'repeat':
      await act();
      return await act();
    default:
      return await act();
  }
}

type Delay = Extract<Fault, { kind: 'delay' }>;

async function delayed(fault: Delay, act: Act, clock: Clock, signal: AbortSignal): Promise<Response> {
  const early = fault.effect === 'before-wait' ? await act() : null;
  await sleep(clock, fault.ms, signal);
  signal.throwIfAborted();
  return early ?? (await act());
}

function refusal(fault: Extract<Fault, { kind: 'status' }>): Response {
  const headers = new Headers({ 'content-type': 'text/plain' });
  if (fault.retryAfter !== undefined) headers.set('retry-after', String(fault.retryAfter));
  return new Response(fault.body ?? `simulated ${fault.status}`, { status: fault.status, headers });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** As the platform words it: a TypeError whose cause carries the code. */
function networkError(code: 'ECONNREFUSED' | 'ECONNRESET'): TypeError {
  const cause = Object.assign(new Error(`simulated ${code}`), { code });
  return new TypeError('fetch failed', { cause });
}

function disorder<Item>(items: readonly Item[], fault: Fault | null): readonly Item[] {
  if (fault?.kind !== 'items') return items;
  return fault.order === 'twice' ? items.flatMap((item) => [item, item]) : items.toReversed();
}
