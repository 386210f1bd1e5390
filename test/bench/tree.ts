import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../peers/tools.ts';

/** A directory like that of a system: what is in some layers. */
export async function tree(cache: string, ...layers: string[]): Promise<string> {
  const folder = join(cache, 'tree');
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const layer of layers) await run('tar', ['-xf', layer, '--no-same-owner', '-C', unfinished]);
  renameSync(unfinished, folder);
  return folder;
}

/** A directory of 200,000 small files. */
export function manyFiles(cache: string): string {
  const folder = join(cache, 'many');
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  for (let number = 0; number < 1000; number++) {
    const place = join(unfinished, `${number % 10}`, `${number}`);
    mkdirSync(place, { recursive: true });
    for (let file = 0; file < 200; file++) writeFileSync(join(place, `file-${file}`), `${number} ${file}\n`.repeat(50));
  }
  renameSync(unfinished, folder);
  return folder;
}
