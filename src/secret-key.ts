import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSecretKey } from './lib/seal.ts';

/** The key of an embedded database: made at the first start, readable only by its owner, and kept beside the data it opens. */
export async function keptSecretKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'secret.key');
  await mkdir(dataDir, { recursive: true });
  // Created only where there is none: a key that is replaced can open nothing any more.
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    return null;
  });
  if (file) {
    await file.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await file.sync();
    await file.close();
  }
  return parseSecretKey((await readFile(path, 'utf8')).trim());
}
