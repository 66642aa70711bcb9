import { type Message, message, readText, text } from './framing.ts';

/** What runs without another connection coming between: everything up to Sync, or one simple Query. */
export interface Unit {
  readonly messages: readonly Message[];
  /** False after a Flush: the same connection goes on with this unit. */
  readonly complete: boolean;
  /** The client has had its CopyInResponse already, so PGlite's is left out. */
  readonly copyAnswered: boolean;
}

/** What the connection does next: run a unit, or tell the client to send the rows of its COPY. */
export type Step =
  | { readonly kind: 'run'; readonly unit: Unit }
  | { readonly kind: 'begin-copy'; readonly answer: Buffer };

/** Gathers one connection's messages into units. */
export interface UnitReader {
  /** What this message completes, if anything. */
  add(message: Message): Step | null;
}

// PGlite reads a COPY's rows from the bytes that it was handed, and ends its process when they run out. So the rows of a plain
// COPY FROM STDIN are gathered first; any other statement that may hold one is followed by a CopyFail, which is ignored
// unless a COPY is reading.
const plainCopy = /^\s*copy\s[^;]*\sfrom\s+stdin\b[^;]*;?\s*$/i;
const mayCopy = /\bcopy\b.*\bstdin\b/is;
const refuseCopy = message('f', text('COPY FROM STDIN has to be a simple query of its own on the embedded store'));

/** The unit reader of one connection. */
export function createUnitReader(): UnitReader {
  let batch: Message[] = [];
  let copying = false;
  // A statement may be parsed in one unit and run in any later one.
  let guarded = false;

  const finish = (last: readonly Message[], complete: boolean, copyAnswered = false): Step => {
    const unit = { messages: [...batch, ...last], complete, copyAnswered };
    batch = [];
    return { kind: 'run', unit };
  };
  const query = (sent: Message): Step => {
    const sql = readText(sent.bytes, 5).value;
    if (plainCopy.test(sql)) {
      copying = true;
      batch.push(sent);
      return { kind: 'begin-copy', answer: copyInResponse(/\bbinary\b/i.test(sql)) };
    }
    return finish(mayCopy.test(sql) ? [sent, refuseCopy] : [sent], true);
  };
  const copy = (sent: Message): Step | null => {
    if (sent.type === 'd') batch.push(sent);
    if (sent.type !== 'c' && sent.type !== 'f') return null;
    copying = false;
    return finish([sent], true, true);
  };
  const guard = (): Message[] => (guarded ? [refuseCopy] : []);
  return {
    add(sent) {
      if (copying) return copy(sent);
      if (sent.type === 'P') guarded ||= mayCopy.test(parsedSql(sent));
      if (sent.type === 'Q') return query(sent);
      if (sent.type === 'F') return finish([sent], true);
      if (sent.type === 'S') return finish([...guard(), sent], true);
      if (sent.type === 'H') return finish([...guard(), sent], false);
      // Rows that were under way when their COPY failed are dropped, as PostgreSQL does.
      if ('PBDEC'.includes(sent.type)) batch.push(sent);
      return null;
    },
  };
}

function parsedSql(parse: Message): string {
  return readText(parse.bytes, readText(parse.bytes, 5).end).value;
}

// Without its columns, which PGlite alone knows; clients take the format and look no further.
function copyInResponse(binary: boolean): Buffer {
  return message('G', Buffer.from([binary ? 1 : 0, 0, 0])).bytes;
}
