import { readFile } from 'node:fs/promises';
import { type Child, startChild } from './child.ts';
import type { ParleyCommands } from './parley.ts';
import type { Commands } from './role.ts';
import type { Bench } from './run.ts';

/** Our server in a process of its own, with the options of Node's that `npm start` has. `working`: its loops run, too. */
export function startParley(bench: Bench, { working = false } = {}): Promise<Child<ParleyCommands>> {
  return startServer<ParleyCommands>(bench, './parley.ts', { working });
}

/** A file of this folder that serves what is ours, in a process such as `startParley` makes, on the run's database. */
export async function startServer<Known extends Commands>(
  bench: Bench,
  file: string,
  settings: object = {},
): Promise<Child<Known>> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  const options = scripts.start.split(' ').filter((word) => word.startsWith('--'));
  return startChild<Known>(file, { databaseUrl: bench.databaseUrl, ...settings }, [...options, ...bench.node]);
}
