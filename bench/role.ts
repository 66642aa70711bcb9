import { setTimeout as sleep } from 'node:timers/promises';

/** What a child process can be asked, by name. Arguments and answers are structured-cloneable. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

/** What every child can be asked. */
export interface Vitals {
  /** Milliseconds of CPU used so far, user and system. */
  readonly cpu: () => number;
  /** Resident bytes when all that can be collected is. Needs --expose-gc. */
  readonly memory: () => Promise<number>;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** The child's side of `startChild`: answers the parent's questions, and ends when the parent does. */
export function play(commands: Commands): void {
  const known = new Map(Object.entries<(argument: never) => unknown>({ ...vitals, ...commands }));
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      const command = known.get(name);
      if (!command) throw new Error(`there is no command ${name}`);
      const answer: unknown = await Promise.resolve(command(argument as never));
      process.send?.({ id, answer });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ ready: true });
}

/** What the parent gave the child to begin with. */
export function settings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** Milliseconds on a clock that all processes of this machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const vitals: Vitals = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  async memory() {
    if (!globalThis.gc) throw new Error('memory is only told with --expose-gc');
    // Finalizers run between collections, and what they let go is collected by the next.
    for (let turn = 0; turn < 4; turn++) {
      globalThis.gc();
      await sleep(50);
    }
    return process.memoryUsage.rss();
  },
};
