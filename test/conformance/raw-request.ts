import { request } from 'node:http';

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly method?: string;
  /** Names with values; a list is sent as several headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** With its question mark. */
  readonly search?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Sends exactly those headers and that body: unlike `fetch`, it adds and mends nothing. */
export function rawRequest(
  url: string,
  { method = 'POST', headers = {}, body, search = '' }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const all = { ...length, ...headers } as Record<string, string | string[]>;
    const asked = request({ hostname, port, path: pathname + search, method, headers: all, agent: false });
    asked.on('error', reject).on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: String(Buffer.concat(chunks)) }),
      );
    });
    asked.end(body);
  });
}
