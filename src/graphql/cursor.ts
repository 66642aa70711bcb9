/** A place in a tenant's feed: after the event numbered `seq`. */
export interface FeedPosition {
  /** Which numbering `seq` belongs to; it changes when numbers may have been handed out twice. */
  readonly epoch: string;
  readonly seq: bigint;
}

const form = /^([0-9A-Za-z_-]{1,64})\.(0|[1-9][0-9]{0,18})$/;

/** The opaque text of a place in the feed. */
export function encodeEventCursor({ epoch, seq }: FeedPosition): string {
  return Buffer.from(`${epoch}.${seq}`).toString('base64url');
}

/** Reads a cursor's text; null where it is none of ours. Whether its epoch still holds is for the reader of the feed to say. */
export function decodeEventCursor(text: string): FeedPosition | null {
  const [, epoch, seq] = form.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (epoch === undefined || seq === undefined) return null;
  const position = { epoch, seq: BigInt(seq) };
  return encodeEventCursor(position) === text ? position : null;
}
