import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { rawSocket, upgrade } from './raw-socket.ts';
import { serving } from './serving.ts';

const LISTED = 'https://good.example';
const api = serving({ graphiql: false, allowedOrigins: [LISTED] });

const own = (change: (url: URL) => void = () => undefined): string => {
  const url = new URL(api.served.url);
  change(url);
  return url.origin;
};

/** What a browser says of the page that asks, and whether it may. */
const pages = (): readonly (readonly [string, string | readonly string[] | null, boolean])[] => [
  ['no page at all', null, true],
  ['the server’s own', own(), true],
  ['a listed one', LISTED, true],
  ['a foreign one', 'https://foreign.example', false],
  ['an opaque one', 'null', false],
  ['none, said with nothing', '', false],
  ['one below the listed one', 'https://sub.good.example', false],
  ['one that begins with the listed one', 'https://good.example.evil', false],
  ['one that ends with the listed one', 'https://notgood.example', false],
  ['the listed one by another scheme', 'http://good.example', false],
  ['the listed one at another port', 'https://good.example:8443', false],
  ['the server’s own at another port', own((url) => (url.port = '1')), false],
  ['the server’s own under another name', own((url) => (url.hostname = 'localhost')), false],
  ['the listed one in capitals', 'HTTPS://GOOD.EXAMPLE', false],
  ['the listed one with a path', `${LISTED}/`, false],
  ['the listed one with a name before it', 'https://good.example@foreign.example', false],
  ['two, the listed one first', [LISTED, 'https://foreign.example'], false],
  ['two, the listed one last', ['https://foreign.example', LISTED], false],
];

describe('a websocket is opened', () => {
  it('for pages that may call, and refused with 403 before it is for all others, whatever else they bring', async () => {
    const authorization = `Bearer ${api.served.token}`;
    const brought = [{}, { cookie: `authorization=${authorization}` }, { authorization }];
    for (const [page, origin, may] of pages())
      for (const more of brought) {
        const headers = {
          'sec-websocket-protocol': 'graphql-transport-ws',
          ...more,
          ...(origin !== null && { origin }),
        };
        const { status } = await upgrade(api.served.url, headers);
        expect([page, more, status]).toEqual([page, more, may ? 101 : 403]);
      }
  });

  it('but does nothing for whoever shows no bearer token on it: what a browser brings by itself is none', async () => {
    const authorization = `Bearer ${api.served.token}`;
    const headers = { authorization, cookie: `authorization=${authorization}; token=${api.served.token}` };
    const socket = new WebSocket(api.served.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
    const told: { type: string; payload?: unknown }[] = [];
    const answered = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        told.push(JSON.parse(String(data)) as (typeof told)[number]);
        if (told.length === 1) socket.send('{"id":"1","type":"subscribe","payload":{"query":"{ eventCursor }"}}');
        else resolve();
      }),
    );
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    await answered;
    socket.terminate();
    expect(told[1]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const raw = await rawSocket(api.served);
    await raw.greet(api.served.token);
    raw.subscribe('1', '{ eventCursor }');
    expect(await raw.next()).toMatchObject({ type: 'next', payload: { data: { eventCursor: expect.any(String) } } });
    raw.socket.terminate();
  });
});
