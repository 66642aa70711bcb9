import { matchesType } from '../../simulator/media.ts';
import { type Ledger, shown } from './simulator-ledger.ts';
import { type Resource, written } from './simulator-listing.ts';
import { type Asked, invalid, isReply, notFound, type Reply } from './simulator-replies.ts';
import { type Fields, idIn, itemIn, missing, refusal, textIn, unreadable } from './simulator-requests.ts';
import type { FileRow } from './simulator-rows.ts';
import { timeText } from './simulator-times.ts';

const MAX_BYTES = 10 * 1024 * 1024;

/** Files: those handed in through the API, and those that a message names. */
export const attachments: Resource<FileRow> = {
  ...{ name: 'attachments', path: 'inbox/attachments', perPage: 100, synced: true },
  templates: { account: 'accounts', messages: 'inbox/messages' },
  list({ ledger }) {
    const named = namedFiles(ledger);
    return shown(ledger, ledger.files.all()).filter(({ id, own }) => own || named.has(id));
  },
  find({ ledger }, id) {
    const row = ledger.files.get(id);
    const there = row && (row.own || messagesWith(ledger, id).length > 0);
    return (there && shown(ledger, [row])[0]) || null;
  },
  updatedAt: (_, row) => row.updatedAt,
  deletedSince: ({ ledger }, since) => ledger.files.deletedSince(since),
  show(asked, row) {
    const size = sizeOf(row);
    return {
      links: { account: asked.account.id, messages: messagesWith(asked.ledger, row.id) },
      ...{ id: row.id, name: row.name, url: urlOf(asked, row) },
      ...{ file_content_type: row.contentType, file_size: row.bytes.length },
      ...{ image_width: size?.width ?? null, image_height: size?.height ?? null },
      ...{ created_at: timeText(row.createdAt), updated_at: timeText(row.updatedAt) },
    };
  },
};

/** Ids of the messages that name a file and can be read. */
export function messagesWith(ledger: Ledger, file: number): readonly number[] {
  const there = shown(ledger, ledger.messages.all());
  return there.flatMap(({ id, attachmentIds }) => (attachmentIds.includes(file) ? [id] : []));
}

function namedFiles(ledger: Ledger): ReadonlySet<number> {
  return new Set(shown(ledger, ledger.messages.all()).flatMap(({ attachmentIds }) => attachmentIds));
}

export function createAttachment(asked: Asked): Reply {
  const fields = itemIn(asked, 'attachments');
  if (!fields) return unreadable;
  const refused = refusal(missing(fields, ['name']));
  if (refused) return refused;
  const file = fileIn(fields);
  if (isReply(file)) return file;
  const { ledger } = asked;
  const now = ledger.clock.now();
  const row = ledger.files.add((id) => ({
    ...{ id, name: String(fields['name']), ...file, by: 'us', worldIds: [], own: true },
    ...{ createdAt: now, updatedAt: now, shownFrom: 0 },
  }));
  return written(attachments, asked, row, 201);
}

export function changeAttachment(asked: Asked, id: string): Reply {
  const fields = itemIn(asked, 'attachments');
  if (!fields) return unreadable;
  const row = attachments.find(asked, idIn(id) ?? 0);
  if (!row) return notFound;
  const file = fields['file'] === undefined ? {} : fileIn({ name: row.name, ...fields });
  if (isReply(file)) return file;
  const name = fields['name'] === undefined ? {} : { name: String(fields['name']) };
  return written(attachments, asked, asked.ledger.files.change(row.id, { ...name, ...file }), 200);
}

type FileContent = Pick<FileRow, 'contentType' | 'bytes'>;

/** A data URI, or bare Base64 with or without line breaks, as the official client sends it. */
function fileIn(fields: Fields): FileContent | Reply {
  const text = textIn(fields['file']);
  // What lies elsewhere is not fetched: a simulator asks nobody.
  if (text === null && fields['remote_file_url']) return invalid('remote_file_url', 'could not be fetched');
  const comma = text?.startsWith('data:') ? text.indexOf(',') : -1;
  const base64 = text?.slice(comma + 1).replace(/\s+/g, '') ?? '';
  if (base64 === '') return invalid('file', "can't be blank");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return invalid('file', 'is invalid');
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  if (bytes.length >= MAX_BYTES) return invalid('file', 'is too big (should be under 10 MB)');
  const claimed = /^data:([^;,]+)/.exec(text?.slice(0, Math.max(0, comma)) ?? '')?.[1];
  return { contentType: claimed ?? guessType(bytes, String(fields['name'])), bytes };
}

function guessType(bytes: Uint8Array, name: string): string {
  const begins = ['image/png', 'image/jpeg'].find((type) => matchesType(bytes, type));
  return begins ?? (name.toLowerCase().endsWith('.pdf') ? 'application/pdf' : 'application/octet-stream');
}

/** The pixels that a PNG's header names. */
function sizeOf({ contentType, bytes }: FileRow): { readonly width: number; readonly height: number } | null {
  if (contentType !== 'image/png' || bytes.length < 24 || !matchesType(bytes, 'image/png')) return null;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, 24);
  return { width: header.readUInt32BE(16), height: header.readUInt32BE(20) };
}

/** The address holds when it was given out, so that it can run out. */
function urlOf({ ledger, base }: Asked, { id, name }: FileRow): string {
  const path = `/uploads/${id}-${ledger.clock.now().getTime()}/${encodeURIComponent(name)}`;
  return ledger.switches.attachmentUrl === 'relative' ? path : `${new URL(base).origin}${path}`;
}

/** A file's bytes at such an address; null where there is nothing, or no longer. */
export function download(ledger: Ledger, path: string): FileRow | null {
  const [, id = '', given = ''] = /^\/uploads\/(\d{1,15})-(\d{1,15})\//.exec(path) ?? [];
  const row = ledger.files.get(Number(id));
  const { attachmentUrlLifetimeMs: lifetime } = ledger.switches;
  const over = lifetime !== null && Number(given) + lifetime <= ledger.clock.now().getTime();
  return row && !over ? row : null;
}
