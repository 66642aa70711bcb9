import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Death, Settings } from './server-child.ts';

/** A server in a process of its own, that dies where it is told to. */
export interface CrashingServer {
  /** Of its port, without a path. */
  readonly url: string;
  /** How its database is reached from here. */
  readonly database: string;
  /** Resolves with the signal or the code that it ended with. */
  readonly ended: Promise<string | number>;
  /** Dies at the next passing of that point; null: nowhere. */
  arm(death: Death | null): Promise<void>;
  /** The points passed since this was last asked. */
  passed(): Promise<readonly string[]>;
  /** Lets everything that is at hand be done. */
  settle(): Promise<void>;
  /** Stops it in order; its process goes on. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** The end of what it said. */
  lastWords(): string;
}

const compileCache = fileURLToPath(new URL('../../node_modules/.cache/parley/compiled', import.meta.url));
const file = fileURLToPath(new URL('./server-child.ts', import.meta.url));

type Question = { readonly ask: 'arm'; readonly death: Death | null } | { readonly ask: 'passed' | 'settle' | 'stop' };

type Said = { readonly id: number; readonly answer: unknown } | { readonly ready: string; readonly database: string };

/** Starts a server and resolves when it answers. Null where it died before, at the point that it was to die at. */
export async function startCrashing(settings: Settings): Promise<CrashingServer | null> {
  const child = fork(file, [JSON.stringify(settings)], {
    ...{ execArgv: [], silent: true },
    // Many start in a test: most of what that takes is to read the same files again.
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      words = (words + chunk).slice(-4_000);
    });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as string | number);
  const waiting = new Map<number, (answer: unknown) => void>();
  const { promise: ready, resolve } = Promise.withResolvers<{ readonly url: string; readonly database: string }>();
  child.on('message', (said: Said) => {
    if ('ready' in said) resolve({ url: said.ready, database: said.database });
    else waiting.get(said.id)?.(said.answer);
  });
  const at = await Promise.race([ready, ended]);
  if (typeof at !== 'object') {
    if (at === 'SIGKILL' && settings.crashAt !== null) return null;
    throw new Error(`the server ended with ${at} before it listened:\n${words}`);
  }
  let asked = 0;
  const ask = async <Answer>(question: Question): Promise<Answer> => {
    asked += 1;
    const { promise, resolve: answer } = Promise.withResolvers<unknown>();
    waiting.set(asked, answer);
    child.send({ ...question, id: asked });
    const gone = ended.then((how): never => {
      throw new Error(`the server ended with ${how} while it was asked to ${question.ask}:\n${words}`);
    });
    return (await Promise.race([promise, gone])) as Answer;
  };
  return {
    ...{ ...at, ended },
    arm: (death) => ask({ ask: 'arm', death }),
    passed: () => ask({ ask: 'passed' }),
    settle: () => ask({ ask: 'settle' }),
    stop: () => ask({ ask: 'stop' }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    lastWords: () => words,
  };
}
