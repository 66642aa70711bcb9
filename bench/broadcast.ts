import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { play, sharedNow } from './role.ts';

/*
 * The least that telling everyone could be: sockets of `ws`, and the same text sent to each of them.
 */

const server = createServer();
const sockets = new WebSocketServer({ server });
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const commands = {
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  followers: () => sockets.clients.size,
  /** Sends that text to all; answers with the moment it began. */
  tell(text: string): number {
    const start = sharedNow();
    for (const socket of sockets.clients) socket.send(text);
    return start;
  },
};

export type BroadcastCommands = typeof commands;

play(commands);
