import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '../../src/lib/clock.ts';

/** A connection of TCP whose client says exactly what an attack has it say. */
export interface Wire {
  write(bytes: Buffer): void;
  /** Everything that came. */
  readonly received: Buffer;
  readonly isClosed: boolean;
  /** Milliseconds since the last of it came, or since anything was written where that is later. */
  readonly silentMs: number;
  /** Waits until that holds, the connection is closed, or so long. Answers whether it holds. */
  until(holds: () => boolean, ms: number): Promise<boolean>;
  /** Says no more, and waits so long for the other side to do the same. */
  end(ms: number): Promise<void>;
  destroy(): void;
}

const TICK_MS = 10;

/** Connects to the port of that URL. */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let isClosed = false;
  let heardAt = systemClock.monotonic();
  const wakes = new Set<() => void>();
  const wake = (): void => {
    heardAt = systemClock.monotonic();
    for (const one of wakes) one();
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  });
  const over = (): void => {
    isClosed = true;
    wake();
  };
  // Whoever is refused in the middle of a word may find that nobody listens any more.
  socket
    .on('error', () => undefined)
    .on('end', over)
    .on('close', over);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  const until: Wire['until'] = async (holds, ms) => {
    const end = systemClock.monotonic() + ms;
    while (!holds() && !isClosed && systemClock.monotonic() < end)
      await new Promise<void>((resolve) => {
        wakes.add(resolve);
        systemClock.after(TICK_MS, resolve);
      }).finally(() => wakes.clear());
    return holds();
  };
  return {
    write: (bytes) => {
      heardAt = systemClock.monotonic();
      if (socket.writable) socket.write(bytes);
    },
    get received() {
      return Buffer.concat(chunks);
    },
    get isClosed() {
      return isClosed;
    },
    get silentMs() {
      return systemClock.monotonic() - heardAt;
    },
    until,
    async end(ms) {
      socket.end();
      await until(() => isClosed, ms);
    },
    destroy: () => void socket.destroy(),
  };
}
