import { type AttachmentId, brand, type TenantId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import { SealError, type Sealer } from '../lib/seal.ts';
import type { TenantScope } from '../store/scope.ts';

/** What a link was made for: one file, and whose rights it is good by. */
export interface LinkedAttachment {
  readonly attachmentId: AttachmentId;
  readonly holder: LinkHolder;
}

/**
 * A token, whose rights are looked at again when the file is fetched; or a tenant, where a JWT that may read messages asked: its rights are
 * its own words, so that the link ends when it does.
 */
export type LinkHolder =
  | { readonly kind: 'token'; readonly tokenId: string }
  | { readonly kind: 'tenant'; readonly tenantId: TenantId }
  | { readonly kind: 'nobody' };

/** As much of a caller as a link keeps. */
export interface LinkAsker {
  readonly scope: TenantScope;
  readonly scopes: ReadonlySet<string>;
  /** Null: a JWT. */
  readonly tokenId: string | null;
  readonly expiresAt: Date | null;
}

/** Addresses of files for those who send no header: a browser's `<img>`, a download. */
export interface AttachmentLinks {
  urlOf(attachmentId: AttachmentId, asker: LinkAsker): string;
  /** What the last part of such an address was made for, `expired` where its time is over, null where it is none of ours. */
  open(text: string): LinkedAttachment | 'expired' | null;
}

/** How long an address is good (DELIVERY 5.1). */
const GOOD_FOR_MS = 10 * 60_000;

const PURPOSE = 'attachment-url';

/** Addresses say nothing to anybody but us, and cannot be made up or lengthened. */
export function createAttachmentLinks(parts: {
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly publicUrl: string;
}): AttachmentLinks {
  const { sealer, clock } = parts;
  const base = `${parts.publicUrl.replace(/\/$/, '')}/attachments/`;
  return {
    urlOf(attachmentId, asker) {
      const until = clock.now().getTime() + GOOD_FOR_MS;
      const sealed = sealer.seal(JSON.stringify([attachmentId, ...heldBy(asker, until)]), PURPOSE);
      return base + Buffer.from(sealed).toString('base64url');
    },
    open(text) {
      const plain = opened(sealer, text);
      if (plain === null) return null;
      const [attachmentId, id, until, kind] = JSON.parse(plain) as [string, ...Held];
      if (until <= clock.now().getTime()) return 'expired';
      return { attachmentId: brand<AttachmentId>(attachmentId), holder: holderOf(id, kind) };
    },
  };
}

/** A token's or a tenant's id, until when, and `tenant` where it is one. */
type Held = readonly [id: string | null, until: number, kind?: 'tenant'];

function heldBy({ tokenId, scope, scopes, expiresAt }: LinkAsker, until: number): Held {
  if (tokenId !== null) return [tokenId, until];
  const tenantId = scopes.has('messages:read') ? scope.tenantId : null;
  return [tenantId, Math.min(until, expiresAt?.getTime() ?? until), 'tenant'];
}

function holderOf(id: string | null, kind: 'tenant' | undefined): LinkHolder {
  if (id === null) return { kind: 'nobody' };
  return kind === 'tenant' ? { kind, tenantId: brand<TenantId>(id) } : { kind: 'token', tokenId: id };
}

function opened(sealer: Sealer, text: string): string | null {
  const sealed = Buffer.from(text, 'base64url');
  // One spelling an address: what the decoder passes over would make others of it.
  if (sealed.toString('base64url') !== text) return null;
  try {
    return sealer.open(sealed, PURPOSE);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
