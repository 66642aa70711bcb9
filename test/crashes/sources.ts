import { globSync, readFileSync } from 'node:fs';

/** A function of ours that changes the world, and where it stands. */
export interface Writer {
  readonly name: string;
  readonly path: string;
}

const FUNCTION = /^(?:export )?(?:async )?function (\w+)/;
const WRITE =
  /\b(?:db|client)\.(?:transaction\(|prisma\.\w+\.(?:create|update|upsert|delete)\w*\(|(?:prisma\.)?\$executeRaw\b)/;
const RAW_QUERY = /\bdb\.prisma\.\$queryRaw/;
const WRITING_SQL = /^\s*(?:INSERT|UPDATE|DELETE|WITH)\b|\b(?:INSERT INTO|UPDATE \w+ \w+ SET)\b/;

/** Every function of `src` with a commit, or a write by itself, outside of a transaction that was handed to it: as the text tells. */
export function writersInSource(): readonly Writer[] {
  const found = globSync('src/**/*.ts')
    .filter((path) => !/\.test\.ts$|\/generated\/|store\/transactions\.ts$|\/fixtures\/|simulator/.test(path))
    .flatMap((path) => writersIn(path, readFileSync(path, 'utf8')));
  return [...new Map(found.map((writer) => [`${writer.path} ${writer.name}`, writer])).values()];
}

/** The same for the text of one file. */
export function writersIn(path: string, text: string): readonly Writer[] {
  const writers: Writer[] = [];
  let name = '';
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    name = FUNCTION.exec(line)?.[1] ?? name;
    const asks = RAW_QUERY.test(line) && WRITING_SQL.test(`${line.split('`')[1] ?? ''}${lines[at + 1] ?? ''}`);
    if (WRITE.test(line) || asks) writers.push({ name, path });
  }
  return writers;
}

/** What an adapter can be asked for, as the contract lists it. */
export function callsInContract(): readonly string[] {
  const text = readFileSync('src/providers/contract.ts', 'utf8');
  const [, body = ''] = /export interface ProviderAdapter \{([\s\S]*?)\n\}/.exec(text) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??\(/gm)].map(([, name = '']) => name);
}
