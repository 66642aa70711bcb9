import type { Position } from '../store/slice.ts';
import { badInput } from './errors.ts';

/** Which list a cursor is of: cursors of one list mean nothing in another. */
export type ListName = string;

const version = '1';
const form = /^1 (\S+) (0|-?[1-9][0-9]{0,15}) ([a-z]{3}_[0-9a-f]{32})$/;

/** The opaque text of a place in a list. */
export function encodePageCursor(list: ListName, { at, id }: Position): string {
  return Buffer.from(`${version} ${list} ${at.getTime()} ${id}`).toString('base64url');
}

/** Reads a cursor of that list. Throws BAD_USER_INPUT for any other text, another list's cursors among them. */
export function decodePageCursor(list: ListName, text: string): Position {
  const [, of, at, id] = form.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (of === undefined || at === undefined || id === undefined) throw badInput('This is not a cursor of a page.');
  if (of !== list) throw badInput('This is the cursor of another list.');
  const position = { at: new Date(Number(at)), id };
  if (Number.isNaN(position.at.getTime()) || encodePageCursor(list, position) !== text)
    throw badInput('This is not a cursor of a page.');
  return position;
}
