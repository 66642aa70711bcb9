import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { maskedFrame, opcodes, readFrames } from './frames.ts';
import { play, sharedNow } from './role.ts';

/*
 * Thousands of websocket clients in one process. They know just enough of RFC 6455 to be told something: a whole client for each
 * would need more of the machine than what is measured.
 */

/** Clients to be connected. */
export interface Crowd {
  readonly url: string;
  readonly count: number;
  readonly protocol?: string;
  /** Texts to send, each after the first with the server's answer to the one before it. */
  readonly greetings: readonly string[];
  /** They stop reading once they have greeted, and are not counted among those who wait. */
  readonly stalled?: boolean;
}

interface Member {
  readonly socket: Socket;
  rest: Buffer;
}

/** What the clients of one server are waiting for. */
interface Hall {
  readonly members: Member[];
  readonly stalled: Member[];
  times: number[];
  wanted: number;
  text: string;
  done: () => void;
}

const halls = new Map<string, Hall>();
const AT_ONCE = 50;

const commands = {
  /** Connects clients, and resolves when all have sent their greetings. */
  async open(crowd: Crowd): Promise<void> {
    const hall = halls.get(crowd.url) ?? {
      members: [],
      stalled: [],
      times: [],
      wanted: 0,
      text: '',
      done: () => undefined,
    };
    halls.set(crowd.url, hall);
    for (let opened = 0; opened < crowd.count; opened += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, crowd.count - opened) }, () => join(hall, crowd)));
  },
  /**
   * Resolves when every client of that server was told one text: when each was (on the shared clock), and the last text. `awake`: they
   * wait without sleeping. To wake a client of the same machine is work of the server's process, and none where clients are elsewhere.
   */
  async told({ url, awake }: { url: string; awake: boolean }): Promise<{ times: Float64Array; text: string }> {
    const hall = halls.get(url);
    if (!hall) throw new Error(`nobody is connected to ${url}`);
    const all = new Promise<void>((resolve) => {
      hall.wanted = hall.members.length;
      hall.done = resolve;
      check(hall);
    });
    while (awake && hall.times.length < hall.wanted) await nextTurn();
    await all;
    const times = Float64Array.from(hall.times.splice(0, hall.wanted));
    hall.wanted = 0;
    return { times, text: hall.text };
  },
  /** Resolves when each client of that server was told so many texts since it was last asked; they are then forgotten. */
  async caughtUp({ url, messages }: { url: string; messages: number }): Promise<void> {
    const hall = halls.get(url);
    if (!hall) throw new Error(`nobody is connected to ${url}`);
    await new Promise<void>((resolve) => {
      hall.wanted = hall.members.length * messages;
      hall.done = resolve;
      check(hall);
    });
    hall.times = [];
    hall.wanted = 0;
  },
  /** Disconnects all clients of that server. */
  leave(url: string): void {
    for (const { socket } of [...(halls.get(url)?.members ?? []), ...(halls.get(url)?.stalled ?? [])]) {
      socket.removeAllListeners('close');
      socket.destroy();
    }
    halls.delete(url);
  },
};

export type SocketLoadCommands = typeof commands;

play(commands);

function check(hall: Hall): void {
  if (hall.wanted > 0 && hall.times.length >= hall.wanted) hall.done();
}

function join(hall: Hall, { url, protocol, greetings, stalled = false }: Crowd): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const member: Member = { socket, rest: Buffer.alloc(0) };
  const asked = protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : '';
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${asked}` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  return new Promise((resolve, reject) => {
    const left = [...greetings];
    const greet = (): void => {
      const text = left.shift();
      if (text !== undefined) socket.write(maskedFrame(opcodes.text, Buffer.from(text)));
      if (left.length > 0) return;
      if (stalled) socket.pause();
      resolve();
    };
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed a socket')));
    socket.once('data', (head: Buffer) => {
      const end = head.indexOf('\r\n\r\n');
      if (end < 0 || !head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return reject(new Error(String(head)));
      (stalled ? hall.stalled : hall.members).push(member);
      socket.on('data', (chunk: Buffer) => hear(hall, member, chunk, left.length > 0 ? greet : null));
      greet();
      if (head.length > end + 4) hear(hall, member, head.subarray(end + 4), null);
    });
  });
}

function hear(hall: Hall, member: Member, chunk: Buffer, greet: (() => void) | null): void {
  const bytes = member.rest.length === 0 ? chunk : Buffer.concat([member.rest, chunk]);
  member.rest = readFrames(bytes, (opcode, payload) => {
    if (opcode === opcodes.ping) member.socket.write(maskedFrame(opcodes.pong, payload));
    if (opcode !== opcodes.text) return;
    if (greet) return greet();
    hall.times.push(sharedNow());
    if (hall.times.length === hall.wanted || hall.wanted === 0) hall.text = String(payload);
    check(hall);
  });
}
