import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GuestsSettings, PlayedAccount, ServerAt } from './soak-guests.ts';
import type { Vitals, VitalsAnswer, VitalsQuestion } from './soak-watch.ts';

/** A server as `npm start` runs it, which can be asked how it is. */
export interface WatchedServer {
  /** Without a path. */
  readonly url: string;
  /** Collects its garbage first. `objects`: counts those that live, too. */
  vitals(objects?: boolean): Promise<Vitals>;
  /** A figure of its metrics page. */
  figure(name: string): Promise<number>;
  /** What it logged as an error, line by line. */
  readonly faults: readonly string[];
  /** Resolves with its exit code when it has ended, however that came. */
  readonly ended: Promise<number | null>;
  /** Resolves with its exit code when it was asked to end and has. */
  end(): Promise<number | null>;
}

/** Where a server keeps what it has: a PostgreSQL, or the directory of the embedded one. */
export type WatchedStore = { readonly url: string } | { readonly dataDir: string };

/** The providers with their guests. */
export interface Guests {
  readonly accounts: readonly PlayedAccount[];
  /** Has guests write, and webhooks go to that server; null: no longer. */
  tell(url: string | null): void;
  end(): void;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
// As package.json has them.
const NODE_OPTIONS = ['--max-semi-space-size=64', '--min-semi-space-size=32'];

/** How it is started otherwise than `npm start` does. */
export interface WatchedOptions {
  /** Further modules of this folder that it is to load first. */
  readonly preload?: readonly string[];
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `src/server.ts` on that store. */
export async function startWatchedServer(
  store: WatchedStore,
  { preload = [], env = {} }: WatchedOptions = {},
): Promise<WatchedServer> {
  const child = fork(pathOf('../../src/server.ts'), {
    execArgv: [
      ...NODE_OPTIONS,
      '--expose-gc',
      ...['./soak-watch.ts', ...preload].flatMap((file) => ['--import', pathOf(file)]),
    ],
    env: {
      ...process.env,
      ...{ NODE_ENV: 'production', LOG_LEVEL: 'info', PORT: '0', PARLEY_METRICS_PORT: '0' },
      ...('url' in store ? { DATABASE_URL: store.url } : { PARLEY_DATA_DIR: store.dataDir }),
      ...{ PARLEY_SECRET_KEY: '07'.repeat(32), PARLEY_ALLOW_PRIVATE_HOSTS: 'on' },
      // All that come are of one address here.
      PARLEY_MAX_SOCKETS_PER_ADDRESS: '500',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const faults: string[] = [];
  const { url, metrics } = await Promise.race([
    addressesOf(child, faults),
    ended.then((code) => Promise.reject(new Error(`the server ended with ${code} before it listened`))),
  ]);
  return {
    ...{ url, faults, ended },
    vitals: asking(child, ended),
    async figure(name) {
      const text = await (await fetch(metrics)).text();
      return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
    },
    end() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Where it says that it listens. Warnings and errors of its log are passed on. */
function addressesOf(
  child: ChildProcess,
  faults: string[],
): Promise<{ readonly url: string; readonly metrics: string }> {
  let metrics = '';
  let url = '';
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      if (/"level":"error"/.test(line)) {
        process.stderr.write(`${line}\n`);
        faults.push(line);
      }
      url ||= /"url":"(http[^"]+)\/graphql"/.exec(line)?.[1] ?? '';
      metrics ||= /"metrics":"(http[^"]+)"/.exec(line)?.[1] ?? '';
      if (url && metrics) resolve({ url, metrics });
    });
  });
}

function asking(child: ChildProcess, ended: Promise<unknown>): WatchedServer['vitals'] {
  const waiting = new Map<number, (vitals: Vitals) => void>();
  let asked = 0;
  child.on('message', ({ vitals: id, ...vitals }: VitalsAnswer) => {
    waiting.get(id)?.(vitals);
    waiting.delete(id);
  });
  return (objects = false) => {
    asked += 1;
    const question: VitalsQuestion = { vitals: asked, objects };
    const answer = new Promise<Vitals>((resolve) => waiting.set(question.vitals, resolve));
    child.send(question);
    return Promise.race([answer, ended.then(() => Promise.reject(new Error('the server has ended')))]);
  };
}

/** Starts the providers. */
export async function startGuests(settings: GuestsSettings): Promise<Guests> {
  const child = fork(pathOf('soak-guests.ts'), [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [accounts] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the providers ended with ${code}`))),
  ])) as [readonly PlayedAccount[]];
  return {
    accounts,
    tell: (url) => void child.send({ url } satisfies ServerAt),
    end: () => void child.disconnect(),
  };
}
