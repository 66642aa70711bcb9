import { readFile } from 'node:fs/promises';
import { type Child, startChild } from './child.ts';
import type { ParleyCommands } from './parley.ts';
import type { Bench } from './run.ts';

/** Our server in a process of its own, with the options of Node's that `npm start` has. `working`: its loops run, too. */
export async function startParley(bench: Bench, { working = false } = {}): Promise<Child<ParleyCommands>> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  const options = scripts.start.split(' ').filter((word) => word.startsWith('--'));
  return startChild<ParleyCommands>('./parley.ts', { databaseUrl: bench.databaseUrl, working }, [
    ...options,
    ...bench.node,
  ]);
}
