import { ProviderError } from './domain/errors.ts';
import type { FileStream, Gateway } from './domain/gateway.ts';
import type { TenantId } from './domain/ids.ts';
import type { AttachmentLinks, LinkedAttachment } from './graphql/attachment-links.ts';
import type { Clock } from './lib/clock.ts';
import { fileName } from './lib/file-name.ts';
import { harmlessType } from './lib/file-type.ts';
import type { Log } from './lib/log.ts';
import { attachmentsByIds } from './store/attachments.ts';
import type { Database } from './store/database.ts';
import { tenantScope } from './store/scope.ts';
import { findCallerById } from './store/tokens.ts';

export interface DownloadParts {
  readonly db: Database;
  readonly gateway: Pick<Gateway, 'download'>;
  readonly links: AttachmentLinks;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Answers what a link of a file's was given for. `cut` ends the connection: the only way to say that an answer broke off half way.
 * Whatever is not there, for whatever reason, is the same 404; answers that are no file have no text.
 */
export type Downloads = (request: Request, link: string, cut?: () => void) => Promise<Response>;

/** The rights of the token that a link was made for are looked at again at each fetch. */
export function createDownloads(parts: DownloadParts): Downloads {
  const { db, gateway, links, log } = parts;
  return async (request, link, cut) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return status(405, { allow: 'GET, HEAD' });
    try {
      const linked = links.open(link);
      if (linked === 'expired') return status(410);
      const tenantId = linked && (await tenantOf(parts, linked));
      if (!linked || !tenantId) return status(404);
      const [known] = await attachmentsByIds(db, tenantScope(tenantId), [linked.attachmentId]);
      if (!known) return status(404);
      // Nobody is asked for what is not wanted: the headers are known here.
      if (request.method === 'HEAD') return new Response(null, { headers: headersOf(known) });
      const signal = signalOf(request);
      const file = await gateway.download(tenantId, linked.attachmentId, signal);
      if (!file) return status(404);
      const broken = (error: unknown): 'cut' | 'open' => {
        log.warn({ err: error }, 'a file broke off half way');
        cut?.();
        return cut ? 'cut' : 'open';
      };
      return new Response(passedOn(file.body, signal, broken), { headers: headersOf(file) });
    } catch (error) {
      log[error instanceof ProviderError ? 'warn' : 'error']({ err: error }, 'a file could not be fetched');
      return status(statusOf(error));
    }
  };
}

/** The tenant whose token still stands and may read messages. */
async function tenantOf({ db, clock }: DownloadParts, { holder }: LinkedAttachment): Promise<TenantId | null> {
  if (holder.kind !== 'token') return holder.kind === 'tenant' ? holder.tenantId : null;
  const caller = await findCallerById(db, holder.tokenId, clock.now());
  return caller?.scopes.includes('messages:read') ? caller.tenant.id : null;
}

/** Never more than what a browser shows or saves, and runs nothing of. No length: the provider's word for it may be wrong. */
function headersOf({ name, contentType }: Pick<FileStream, 'name' | 'contentType'>): Record<string, string> {
  const type = harmlessType(contentType);
  return {
    'content-type': type ?? 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${inHeader(fileName(name, type))}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
}

/** As RFC 8187 has it. */
function inHeader(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Aborted when the client has gone. The server's own is none of the platform's, which is what reads are tied to. */
function signalOf({ signal }: Request): AbortSignal {
  const gone = new AbortController();
  if (signal.aborted) gone.abort();
  signal.addEventListener('abort', () => gone.abort(), { once: true });
  return gone.signal;
}

/**
 * The same bytes, read as they are taken. Whoever has gone is not read for, also where the provider goes on sending.
 * `broken` is told why the bytes do not come to their end. Whether it has ended the connection decides how the answer ends: the server
 * adapter would end the process over an answer that fails after that.
 */
function passedOn(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  broken: (error: unknown) => 'cut' | 'open',
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const stop = (): Promise<void> => reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (broken(error) === 'cut') controller.close();
        else controller.error(error);
      }
    },
    cancel: stop,
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

function statusOf(error: unknown): number {
  if (!(error instanceof ProviderError)) return 500;
  if (error.kind === 'not-found') return 404;
  return error.kind === 'timeout' ? 504 : 502;
}

function status(code: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: code, headers: { 'cache-control': 'no-store', ...headers } });
}
