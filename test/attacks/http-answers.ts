/** An answer of HTTP as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  /** What came behind it. */
  readonly rest: Buffer;
}

const HEAD_END = '\r\n\r\n';

/** The answers in what came by a connection, as far as they came in whole. */
export function answersIn(bytes: Buffer): readonly HttpAnswer[] {
  const found: HttpAnswer[] = [];
  for (let left = bytes; left.length > 0; ) {
    const answer = firstIn(left);
    if (!answer) break;
    found.push(answer);
    left = answer.rest;
  }
  return found;
}

function firstIn(bytes: Buffer): HttpAnswer | null {
  const end = bytes.indexOf(HEAD_END);
  const headers = bytes.subarray(0, Math.max(0, end)).toString('latin1');
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(headers) ?? [];
  if (end < 0 || status === undefined) return null;
  const begin = end + HEAD_END.length;
  const [, length] = /^content-length: *(\d+)/im.exec(headers) ?? [];
  const [body, last] = /^transfer-encoding: *chunked/im.test(headers)
    ? unchunked(bytes, begin)
    : [bytes.subarray(begin, begin + Number(length ?? 0)), begin + Number(length ?? 0)];
  if (last > bytes.length) return null;
  return { status: Number(status), headers, body: String(body), rest: bytes.subarray(last) };
}

/** What stands in chunks, and where they end; beyond the end where they do not. */
function unchunked(bytes: Buffer, begin: number): readonly [Buffer, number] {
  const parts: Buffer[] = [];
  for (let at = begin; ; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, Math.max(at, line)).toString('latin1'), 16);
    if (line < 0 || !(size >= 0) || line + 2 + size + 2 > bytes.length) return [Buffer.concat(parts), bytes.length + 1];
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
    if (size === 0) return [Buffer.concat(parts), at];
  }
}

/** What an answer tells as JSON: its body, or what its events say. */
export function toldIn(body: string): readonly unknown[] {
  const texts = body.startsWith('event:') || body.startsWith(':') ? eventsIn(body) : [body];
  return texts.flatMap((text) => {
    try {
      return [JSON.parse(text) as unknown];
    } catch {
      return [];
    }
  });
}

function eventsIn(body: string): readonly string[] {
  return body.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : []));
}
