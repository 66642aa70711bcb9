import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { serving } from './serving.ts';

const lines: string[] = [];
const api = serving({
  graphiql: false,
  log: createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
});

const BODY = '{"query":"{ eventCursor }"}';
const json = 'content-type: application/json';
const form = 'content-type: multipart/form-data; boundary=x\r\nx-parley-client: test';

/** Sends the headers of a request and a part of its body, then hangs up. */
async function hangUp(headers: string, part: string): Promise<void> {
  const { port } = new URL(api.served.url);
  const socket = connect(Number(port), '127.0.0.1');
  const first = `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.served.token}`;
  socket.on('error', () => undefined).write(`${first}\r\n${headers}\r\n\r\n${part}`);
  // Once somebody else was answered, what came before was begun.
  await (await api.served.post('{ eventCursor }')).text();
  socket.destroy();
  await once(socket, 'close');
  for (let time = 0; time < 3; time += 1) await (await api.served.post('{ eventCursor }')).text();
}

it.each([
  ['that said how long it was', `${json}\r\ncontent-length: 100`, BODY],
  ['that said to be over the limit', `${json}\r\ncontent-length: 2000000`, BODY],
  ['in chunks', `${json}\r\ntransfer-encoding: chunked`, `1b\r\n${BODY}\r\n`],
  ['with a file', `${form}\r\ncontent-length: 100`, '--x\r\n'],
  ['with a file, in chunks', `${form}\r\ntransfer-encoding: chunked`, '5\r\n--x\r\n\r\n'],
])(
  'a client that hangs up within its body, %s, is no fault of ours and no line of the log',
  async (_title, ...sent) => {
    lines.length = 0;
    await hangUp(...sent);
    expect(lines).toEqual([]);
  },
);
