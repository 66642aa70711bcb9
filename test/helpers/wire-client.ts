import { once } from 'node:events';
import { connect } from 'node:net';
import { message, text } from '../../src/store/embedded/framing.ts';

/** A PostgreSQL client that sends what a test tells it to, message by message. */
export interface WireClient {
  /** Sends bytes and waits for an answer that ends with one of these message types; rows come as their text. */
  ask(bytes: Buffer | readonly Buffer[], until?: string): Promise<readonly string[]>;
  send(bytes: Buffer | readonly Buffer[]): void;
  /** Breaks the connection without a word. */
  vanish(): void;
  /** Resolves with all that came since the last answer, when the server has closed the connection. */
  closed(): Promise<readonly string[]>;
}

export const sync = message('S').bytes;
export const flush = message('H').bytes;
export const query = (sql: string): Buffer => message('Q', text(sql)).bytes;
export const parse = (name: string, sql: string): Buffer => message('P', text(name), text(sql), Buffer.alloc(2)).bytes;
export const bind = (statement: string): Buffer => message('B', text(''), text(statement), Buffer.alloc(6)).bytes;
export const execute = message('E', text(''), Buffer.alloc(4)).bytes;
export const copyData = (rows: string): Buffer => message('d', Buffer.from(rows)).bytes;
export const copyDone = message('c').bytes;
/** A startup packet or a request of that code. */
export const startup = (code: number): Buffer => {
  const body = code >>> 16 === 3 ? Buffer.from('user\0postgres\0\0') : Buffer.alloc(0);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, body]);
};

/** Connects; `greeted` has sent its startup packet and been welcomed. */
export async function connectWire(socketPath: string, greeted = true): Promise<WireClient> {
  const socket = connect(socketPath);
  let received: Buffer = Buffer.alloc(0);
  let seen = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    seen();
  });
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  const take = (): readonly string[] => {
    const answer = describeAnswer(received);
    received = Buffer.alloc(0);
    return answer;
  };
  const client: WireClient = {
    send: (bytes) => void socket.write(Array.isArray(bytes) ? Buffer.concat(bytes) : (bytes as Buffer)),
    ask(bytes, until = 'Z') {
      const answered = new Promise<readonly string[]>((resolve) => {
        seen = () => {
          if (until.includes(describeAnswer(received).at(-1)?.[0] ?? '?')) resolve(take());
        };
      });
      client.send(bytes);
      return answered;
    },
    vanish: () => void socket.destroy(),
    closed: async () => {
      await ended;
      return take();
    },
  };
  if (greeted) await client.ask(startup(3 << 16));
  return client;
}

/** `T`, `D:1|x`, `C:SELECT 1`, `E:42P01`, `Z:I`: the type of each message, and what a test looks at. */
function describeAnswer(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) return [...found, '?'];
    const type = String.fromCharCode(bytes[at] ?? 0);
    found.push([type, ...detail(type, bytes.subarray(at + 5, end))].join(':'));
    at = end;
  }
  return found;
}

function detail(type: string, body: Buffer): string[] {
  if (type === 'Z') return [body.toString()];
  if (type === 'C') return [body.toString('utf8', 0, body.length - 1)];
  if (type === 'E')
    return body
      .toString()
      .split('\0')
      .filter((field) => field.startsWith('C'))
      .map((field) => field.slice(1));
  return type === 'D' ? [columns(body).join('|')] : [];
}

function columns(row: Buffer): string[] {
  const values: string[] = [];
  for (let at = 2; at < row.length; ) {
    const length = row.readInt32BE(at);
    values.push(row.toString('utf8', at + 4, at + 4 + length));
    at += 4 + Math.max(0, length);
  }
  return values;
}
