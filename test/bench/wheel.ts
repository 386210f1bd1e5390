import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../peers/tools.ts';

/** A wheel of 200 MB that pip brings, and is kept in the cache. */
export async function wheel(cache: string): Promise<string> {
  const folder = join(cache, 'wheel');
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    const words = ['download', '-q', '--no-deps', '--only-binary', ':all:', '--platform', 'manylinux2014_x86_64'];
    await run('pip', [...words, '--dest', unfinished, 'nvidia-cufft-cu12==11.4.1.4']);
    renameSync(unfinished, folder);
  }
  const [name = ''] = readdirSync(folder);
  return join(folder, name);
}
