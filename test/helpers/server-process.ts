import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** The server as a person starts it: a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Of its port, without a path. */
  readonly url: string;
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts `src/server.ts` on a free port and resolves when it listens. It ends with the test. */
export async function startServer(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['src/server.ts'], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the server ended with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, listening] = /"url":"(http[^"]+)\/graphql"/.exec(line) ?? [];
      if (listening) resolve(listening);
    });
  });
  return { child, url, ended };
}
