import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('./peers', import.meta.url));
const prisma = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url));

/** Installs the peers and generates their client, where that was not done yet for what their files say now. */
export async function preparePeers(): Promise<void> {
  const lock = await readFile(`${folder}/package-lock.json`, 'utf8');
  const schema = await readFile(`${folder}/schema.prisma`, 'utf8');
  const stamp = `${folder}/node_modules/.installed`;
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock + schema) return;
  console.log('installing the peers in bench/peers (once) …');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  await run(process.execPath, [prisma, 'generate', '--no-hints'], { cwd: folder });
  await writeFile(stamp, lock + schema);
}
