import { ProviderError, type ProviderErrorKind } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { isAddressRefused } from './outbound.ts';

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text read as JSON. Throws a ProviderError of kind `protocol` where it is none. */
  json(): Json;
}

/** One provider's way over the wire: one request, one answer, no retries. */
export interface Http {
  /**
   * Resolves with any status, redirects included (they are never followed). `maxBytes` caps the body (10 MB).
   * Throws ProviderError only where there is no whole answer: `timeout` (the signal was aborted), `unavailable`, or
   * `protocol` (the body is over the cap). `noEffect` is set only where certainly nothing was written.
   */
  request(operation: string, url: string, init: RequestInit & { maxBytes?: number }): Promise<HttpAnswer>;
}

export interface HttpOptions {
  /** The provider's id, for errors. */
  readonly provider: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): Date;
}

const DEFAULT_MAX_BYTES = 10_000_000;

/** Makes requests with the given fetch and turns what goes wrong into ProviderErrors. */
export function createHttp({ provider, fetch }: HttpOptions): Http {
  return {
    async request(operation, url, { maxBytes = DEFAULT_MAX_BYTES, ...init }) {
      const fail = (kind: ProviderErrorKind, message: string, more: { noEffect?: boolean; cause?: unknown } = {}) =>
        new ProviderError({ provider, operation, kind, message, ...more });
      const signal = init.signal ?? null;
      if (signal?.aborted) throw fail('timeout', 'given up before it was sent', { noEffect: true });

      // What the way to the provider refuses by itself, such as an hour that is used up, says so already.
      const unanswered = (cause: unknown, noEffect: boolean): ProviderError =>
        cause instanceof ProviderError
          ? cause
          : isAddressRefused(cause)
            ? fail('invalid', 'its address must not be called', { noEffect: true, cause })
            : signal?.aborted
              ? fail('timeout', 'no answer in time', { noEffect, cause })
              : fail('unavailable', `no answer${codeOf(cause)}`, { noEffect, cause });

      const response = await untilAborted(signal, () => fetch(url, { ...init, redirect: 'manual' })).catch((error) => {
        throw unanswered(error, neverConnected(error));
      });
      const text = await untilAborted(signal, () => readText(response, maxBytes)).catch((error) => {
        throw unanswered(error, false);
      });
      if (text === null) throw fail('protocol', `the answer is over ${maxBytes} bytes`);
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: () => parseJson(text, () => fail('protocol', `the answer is not JSON (status ${response.status})`)),
      };
    },
  };
}

const kinds: Readonly<Record<number, ProviderErrorKind>> = {
  400: 'invalid',
  401: 'auth',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  410: 'not-found',
  413: 'invalid',
  415: 'invalid',
  422: 'invalid',
  429: 'rate-limited',
};

// Clear refusals. A 408 or 5xx may come after the work was done, and 409 can mean that it was.
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410, 413, 415, 422, 429]);

/** What an answer that is no success means. `detail` is the provider's own words, already cleared of secrets and bodies. */
export function errorOfStatus(
  provider: string,
  operation: string,
  answer: HttpAnswer,
  now: Date,
  detail: string,
): ProviderError {
  const { status } = answer;
  const kind = kinds[status] ?? (status >= 500 && status < 600 ? 'unavailable' : 'protocol');
  const words = detail.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return new ProviderError({
    provider,
    operation,
    kind,
    message: `answered ${status}${words && `: ${words.slice(0, 500)}`}`,
    retryAt: kind === 'rate-limited' || kind === 'unavailable' ? retryTime(answer.headers, now) : null,
    noEffect: refusals.has(status),
  });
}

const httpDate = /[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT/g;

/** Two headers arrive joined by a comma, which dates hold too; the later time counts. Kept within 1 s and 1 h from now. */
function retryTime(headers: Headers, now: Date): Date | null {
  const value = headers.get('retry-after') ?? '';
  const seconds = value
    .replace(httpDate, '')
    .split(',')
    .map((part) => part.trim());
  const times = [
    ...(value.match(httpDate) ?? []).map((date) => Date.parse(date)),
    ...seconds.filter((part) => /^\d+(\.\d+)?$/.test(part)).map((part) => now.getTime() + Number(part) * 1000),
  ].filter((time) => !Number.isNaN(time));
  if (times.length === 0) return null;
  const wait = Math.max(...times) - now.getTime();
  return new Date(now.getTime() + Math.min(Math.max(wait, 1000), 3_600_000));
}

// A fetch handed in by a test need not heed the signal, nor its body.
async function untilAborted<T>(signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal?.reason);
  // A signal that aborted between two steps tells no listener any more.
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** The body as text, or null where it is larger than allowed; leaving the loop ends the transfer. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string, failure: () => ProviderError): Json {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the body.
    throw failure();
  }
}

interface Trouble {
  readonly code: string;
  readonly syscall: unknown;
}

const beforeConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether every known trouble is one of reaching the host, so that no byte was written. */
function neverConnected(error: unknown): boolean {
  const troubles = troublesOf(error);
  return troubles.length > 0 && troubles.every(ofConnecting);
}

// An open connection can fail with EHOSTUNREACH too, or with ETIMEDOUT; then the system call is `read` or `write`.
// ECONNRESET is never taken as proof: it comes with the request done and not done.
function ofConnecting({ code, syscall }: Trouble): boolean {
  if (syscall === 'connect') return code !== 'ECONNRESET';
  return beforeConnection.has(code) && syscall !== 'read' && syscall !== 'write';
}

/** Codes along the causes and within aggregates: with several addresses tried, each has its own. */
function troublesOf(error: unknown, depth = 0): Trouble[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const own =
    'code' in error && typeof error.code === 'string' ? [{ code: error.code, syscall: syscallOf(error) }] : [];
  const parts = error instanceof AggregateError ? error.errors : [];
  return [...own, ...[error.cause, ...parts].flatMap((part) => troublesOf(part, depth + 1))];
}

function syscallOf(error: Error): unknown {
  return 'syscall' in error ? error.syscall : undefined;
}

function codeOf(error: unknown): string {
  const code = troublesOf(error)[0]?.code;
  return code !== undefined && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
}
