import { type AttachmentId, brand } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import { SealError, type Sealer } from '../lib/seal.ts';

/** What a link was made for: one file, and the token whose rights are looked at again when it is fetched. */
export interface LinkedAttachment {
  readonly attachmentId: AttachmentId;
  readonly tokenId: string;
}

/** Addresses of files for those who send no header: a browser's `<img>`, a download. */
export interface AttachmentLinks {
  urlOf(linked: LinkedAttachment): string;
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
    urlOf({ attachmentId, tokenId }) {
      const until = clock.now().getTime() + GOOD_FOR_MS;
      const sealed = sealer.seal(JSON.stringify([attachmentId, tokenId, until]), PURPOSE);
      return base + Buffer.from(sealed).toString('base64url');
    },
    open(text) {
      const plain = opened(sealer, text);
      if (plain === null) return null;
      const [attachmentId, tokenId, until] = JSON.parse(plain) as [string, string, number];
      if (until <= clock.now().getTime()) return 'expired';
      return { attachmentId: brand<AttachmentId>(attachmentId), tokenId };
    },
  };
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
