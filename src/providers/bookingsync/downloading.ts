import { ProviderError } from '../../domain/errors.ts';
import { errorOfStatus } from '../../lib/http.ts';
import { isAddressRefused } from '../../lib/outbound.ts';
import type { Call, Deps, IncomingFile } from '../contract.ts';
import { asProviderError, nonsense, PROVIDER, refusal } from './failures.ts';

/** Streams what an attachment's address leads to. */
export type Download = (url: string, told: Omit<IncomingFile, 'body'>, call: Call) => Promise<IncomingFile>;

interface Parts {
  readonly baseUrl: string;
  readonly deps: Deps;
  /** A token, for the provider's own host and no other. */
  token(call: Call): Promise<string>;
}

// Files may well lie at a store's, to which the provider's host points.
const MOST_STEPS = 4;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The form of addresses, how long they are good and whether they want a token are not documented: relative ones were recorded. */
export function createDownload({ baseUrl, deps, token }: Parts): Download {
  const home = new URL(baseUrl);
  return async (url, told, call) => {
    let at = place(url, home, home);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const headers = at.origin === home.origin ? { authorization: `Bearer ${await token(call)}` } : {};
      const response = await answered(deps, at, { headers, signal: call.signal, redirect: 'manual' });
      const { status } = response;
      deps.note?.({ operation: 'download', status, requestId: response.headers.get('x-request-id') });
      if (status === 200 && response.body) return fileIn(response, response.body, told, call.signal);
      await response.body?.cancel().catch(() => undefined);
      const location = response.headers.get('location');
      if (!redirects.has(status) || location === null) throw refused(response, deps);
      at = place(location, at, home);
    }
    throw nonsense('download', 'the address leads on and on');
  };
}

/** Where an address leads: to the provider's own host, or anywhere that nobody can listen in on. */
function place(url: string, from: URL, home: URL): URL {
  const at = URL.parse(url, from);
  if (at && (at.origin === home.origin || at.protocol === 'https:')) return at;
  throw refusal('download', 'protocol', 'the address is not safe to ask');
}

function refused(response: Response, deps: Deps): ProviderError {
  const { status, headers } = response;
  if (status === 200) return nonsense('download', 'there is nothing in the answer');
  return errorOfStatus(PROVIDER, 'download', { status, headers, text: '', json: () => null }, deps.now(), '');
}

async function answered(deps: Deps, url: URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  try {
    return await untilAborted(init.signal, async () => deps.fetch(url.href, init));
  } catch (error) {
    throw failureOf(error, init.signal);
  }
}

/** A file, whole or with a failure at its end: one that was cut off must not look like a short one. */
function fileIn(
  { headers }: Response,
  body: ReadableStream<Uint8Array>,
  told: Omit<IncomingFile, 'body'>,
  signal: AbortSignal,
): IncomingFile {
  const length = headers.get('content-encoding') === null ? lengthIn(headers) : null;
  const size = length ?? told.size;
  const reader = body.getReader();
  let left = length;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await untilAborted(signal, () => reader.read());
        if (!done) {
          if (left !== null) left -= value.byteLength;
          controller.enqueue(value);
        } else if (left === null || left === 0) controller.close();
        else throw nonsense('download', 'the file ends too soon');
      } catch (error) {
        controller.error(failureOf(error, signal));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { contentType: told.contentType ?? headers.get('content-type'), size, body: stream };
}

function lengthIn(headers: Headers): number | null {
  const value = headers.get('content-length') ?? '';
  return /^\d{1,12}$/.test(value) ? Number(value) : null;
}

function failureOf(cause: unknown, signal: AbortSignal): ProviderError {
  if (cause instanceof ProviderError) return cause;
  if (isAddressRefused(cause)) return refusal('download', 'protocol', 'the address is not safe to ask');
  const [kind, message] = signal.aborted
    ? (['timeout', 'no answer in time'] as const)
    : (['unavailable', 'no answer'] as const);
  return asProviderError(
    'download',
    new ProviderError({ provider: PROVIDER, operation: 'download', kind, message, cause }),
  );
}

// A fetch handed in by a test need not heed the signal, nor its body.
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
