import type { Json } from '../domain/json.ts';
import { builder } from './builder.ts';
import { decodeEventCursor, encodeEventCursor } from './cursor.ts';
import { badInput } from './errors.ts';
import { momentText } from './moment.ts';

const dateTimeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const dayForm = /^\d{4}-\d\d-\d\d$/;

builder.scalarType('DateTime', {
  description:
    'A moment in UTC as RFC 3339 writes it, with `Z`: `2026-03-02T09:14:05.000Z`. Other offsets are refused.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: momentText,
  parseValue: parseDateTime,
});

builder.scalarType('Date', {
  description: 'A calendar day without a time: `2026-04-10`.',
  serialize: (value) => value,
  parseValue: parseDay,
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value as Json,
});

builder.scalarType('EventCursor', {
  description:
    'A place in your feed of events. Opaque: keep it as it is. It never goes backwards, and stays good while its events are kept.',
  serialize: encodeEventCursor,
  parseValue(value) {
    const position = typeof value === 'string' ? decodeEventCursor(value) : null;
    if (!position) throw badInput('This is not an event cursor.');
    return position;
  },
});

builder.scalarType('File', {
  description:
    'A file, sent beside the operation: see the GraphQL multipart request specification. One file a request; its variable is null in `operations`.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  serialize() {
    throw new Error('a file is never answered');
  },
  parseValue(value) {
    if (value instanceof File) return value;
    throw badInput('A file comes beside the operation, as multipart/form-data.');
  },
});

/** Reads an RFC 3339 time in UTC; digits beyond milliseconds are cut. Throws BAD_USER_INPUT. */
export function parseDateTime(value: unknown): Date {
  const time = typeof value === 'string' && dateTimeForm.test(value) ? new Date(value) : null;
  // JavaScript rolls 31 February over into March: what comes back must be the day that was written.
  if (time && sameDay(time, String(value))) return time;
  throw badInput('A time is written by RFC 3339 in UTC and ends with Z, such as 2026-03-02T09:14:05Z.');
}

/** Reads a calendar day. Throws BAD_USER_INPUT. */
export function parseDay(value: unknown): string {
  if (typeof value === 'string' && dayForm.test(value) && sameDay(new Date(`${value}T00:00:00Z`), value)) return value;
  throw badInput('A day is written such as 2026-04-10.');
}

function sameDay(time: Date, text: string): boolean {
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 10));
}
