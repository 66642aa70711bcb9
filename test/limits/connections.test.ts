import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { every, systemClock } from '../../src/lib/clock.ts';
import { listen } from '../../src/listener.ts';
import { type TestApp, testApp } from '../helpers/app.ts';

let app: TestApp;
let url: URL;

beforeEach(async () => {
  app = await testApp({ idle: true });
  const listener = await listen(app.app, {
    ...{ port: 0, host: '127.0.0.1' },
    limits: { headersMs: 300, bodyMs: 300, lookEveryMs: 50 },
  });
  onTestFinished(() => listener.close());
  url = new URL(listener.url);
});

/** A connection that says that, and what it was told until it was closed. */
function say(...texts: string[]): { socket: Socket; told: Promise<string> } {
  const socket = connect(Number(url.port), url.hostname);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  socket.on('error', () => undefined);
  for (const text of texts) socket.write(text);
  return { socket, told: once(socket, 'close').then(() => heard) };
}

const headers = (length: number): string =>
  `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${app.token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

const fill = (count: number): string => Array.from({ length: count }, (_, i) => `x-${i}: 1\r\n`).join('');

describe('a connection that takes too long is closed, and others are answered meanwhile', () => {
  it.each([
    ['says nothing', () => []],
    ['never ends its headers', () => ['GET /healthz HTTP/1.1\r\nx: ']],
    ['never ends its body', () => [headers(100), '{"query"']],
    [
      'never ends a chunk',
      () => [headers(0).replace('content-length: 0', 'transfer-encoding: chunked'), 'ffffff\r\n{"query"'],
    ],
  ])('because it %s', async (_title, texts) => {
    const { told } = say(...texts());
    expect((await app.post('{"query":"{ eventCursor }"}')).status).toBe(200);
    expect(await told).not.toContain('200 OK');
  });

  it('because it sends its body byte by byte', async () => {
    const { socket, told } = say(headers(1000));
    onTestFinished(every(systemClock, 20, () => socket.write('x')));
    expect(await told).toBe('');
  });
});

describe('a request is refused', () => {
  it('with more than 16 KB of headers', async () => {
    const { told } = say(`GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect(await told).toMatch(/^HTTP\/1.1 431/);
  });

  it.each([
    [99, '200'],
    [100, '431'],
    [3000, '431'],
  ])('with too many headers: %i beside the host get %s', async (count, status) => {
    const { socket } = say(`GET /healthz HTTP/1.1\r\nhost: x\r\n${fill(count)}\r\n`);
    expect(await firstLine(socket)).toContain(status);
  });

  it.each(['', 'x', 'evil.test'])('that names a second host: "%s"', async (host) => {
    const { socket } = say(`GET /healthz HTTP/1.1\r\nhost: x\r\nHost: ${host}\r\n\r\n`);
    expect(await firstLine(socket)).toContain('400');
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP'])('with a body that is packed as %s', async (encoding) => {
    const answer = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'content-encoding': encoding },
        authorization: `Bearer ${app.token}`,
      },
      body: new Uint8Array(gzipSync(JSON.stringify({ query: '{ eventCursor }' }))),
    });
    expect(answer.status).toBe(415);
  });
});

it('a thousand requests at once on one connection are all answered, in order', async () => {
  const asked = JSON.stringify({ query: '{ eventCursor }' });
  const { socket } = say();
  let heard = '';
  const all = new Promise<void>((resolve) =>
    socket.on('data', (chunk) => {
      heard += String(chunk);
      if (heard.split('HTTP/1.1 ').length > 1000) resolve();
    }),
  );
  socket.write((headers(asked.length) + asked).repeat(1000));
  await all;
  socket.destroy();
  expect(heard.match(/HTTP\/1.1 (200|503)/g)).toHaveLength(1000);
});

async function firstLine(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return String(chunk).split('\r\n')[0] ?? '';
}
