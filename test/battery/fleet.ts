import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Chance } from '../../src/simulator/chance.ts';
import type { ServerSettings } from './server.ts';

/** Servers on one database, any of which may be killed. */
export interface Fleet {
  /** The address of one that lives, by chance. */
  any(): string;
  /** Kills one of them without a word, and starts it again. */
  kill(): Promise<void>;
  /** From now on so many of their requests to providers, 0 to 1, do not find their way. */
  lose(share: number): void;
  /** Ends all of them without a word. */
  end(): Promise<void>;
}

interface Server {
  child: ChildProcess;
  /** Null while it starts. */
  url: string | null;
}

// Refuses connections.
const NOBODY = 'http://127.0.0.1:1';

const path = fileURLToPath(new URL('server.ts', import.meta.url));

/** Starts so many servers, and resolves when all listen. */
export async function startFleet(
  count: number,
  settings: Omit<ServerSettings, 'lost'>,
  chance: Chance,
): Promise<Fleet> {
  const servers: Server[] = [];
  let lost = 0;
  let started = 0;
  const start = async (server: Server): Promise<void> => {
    started += 1;
    // Each draws its own troubles.
    const own: ServerSettings = { ...settings, lost, seed: settings.seed + started };
    server.child = spawn(process.execPath, [path, JSON.stringify(own)], { stdio: ['pipe', 'pipe', 'inherit'] });
    // What is said to one that was just killed is lost.
    server.child.stdin?.on('error', () => undefined);
    const { child } = server;
    server.url = await Promise.race([
      once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line').then(([url]) => url),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`a server ended with ${code} before it listened`))),
    ]);
  };
  const shoot = async (server: Server): Promise<void> => {
    const ended = once(server.child, 'exit');
    server.url = null;
    server.child.kill('SIGKILL');
    await ended;
  };
  for (let at = 0; at < count; at += 1) {
    const server: Server = { child: undefined as unknown as ChildProcess, url: null };
    servers.push(server);
    await start(server);
  }
  return {
    any() {
      const up = servers.flatMap(({ url }) => url ?? []);
      return up.length > 0 ? chance.pick(up) : NOBODY;
    },
    async kill() {
      const server = chance.pick(servers);
      await shoot(server);
      await start(server);
    },
    lose(share) {
      lost = share;
      for (const { child } of servers) child.stdin?.write(`${share}\n`);
    },
    // Also one that is only starting.
    end: async () =>
      void (await Promise.all(
        servers.filter(({ child }) => child.exitCode === null && child.signalCode === null).map(shoot),
      )),
  };
}
