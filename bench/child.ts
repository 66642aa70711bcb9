import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Commands, Vitals } from './role.ts';

/** A process of its own, so that its CPU time and memory are its own, too. */
export interface Child<Known extends Commands> {
  /** Asks, and resolves with the answer. Rejects with what the command threw, or when the process ended. */
  ask<Name extends keyof (Known & Vitals)>(
    name: Name,
    ...argument: Parameters<(Known & Vitals)[Name]>
  ): Promise<Awaited<ReturnType<(Known & Vitals)[Name]>>>;
  stop(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const running = new Set<{ stop(): Promise<void> }>();

/** Ends all children that were started and not stopped. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

/** Starts a file of this folder as a child. `node` are more options of Node's own. */
export async function startChild<Known extends Commands>(
  file: string,
  settings: object = {},
  node: readonly string[] = [],
): Promise<Child<Known>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ['--expose-gc', ...node],
    env: { ...process.env, NODE_ENV: 'production' },
    serialization: 'advanced',
  });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const ready = new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject });
  });
  child.on('message', (message: Answer | { ready: true }) => {
    const { id, answer, error }: Answer = 'ready' in message ? { id: 0 } : message;
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(answer);
    else one?.reject(new Error(`${file}: ${error}`));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('exit', (code, signal) => {
    for (const one of waiting.values()) one.reject(new Error(`${file} ended with ${signal ?? code}`));
  });
  const stop = async (): Promise<void> => {
    running.delete(handle);
    if (child.connected) child.disconnect();
    await ended;
  };
  const handle = { stop };
  running.add(handle);
  await ready;
  return {
    ask: (name, ...[argument]) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve: resolve as (answer: unknown) => void, reject });
        child.send({ id: asked, name: String(name), argument });
      }),
    stop,
  };
}
