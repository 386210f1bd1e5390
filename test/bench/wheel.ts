import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../peers/tools.ts';

/** A wheel of 200 MB that pip brings, and is kept in the cache. */
export function wheel(cache: string): Promise<string> {
  return only(downloaded(cache, 'wheel', ['nvidia-cufft-cu12==11.4.1.4']));
}

/** A wheel of 12,000 small files. */
export function crowded(cache: string): Promise<string> {
  return only(downloaded(cache, 'crowded', ['plotly==5.24.1']));
}

async function only(downloading: Promise<string>): Promise<string> {
  const folder = await downloading;
  const [name = ''] = readdirSync(folder);
  return join(folder, name);
}

/** A folder of four wheels: large libraries, and thousands of small files. */
export function wheels(cache: string): Promise<string> {
  return downloaded(cache, 'wheels', ['numpy==2.3.5', 'scipy==1.16.3', 'pyarrow==22.0.0', 'pandas==2.3.3']);
}

async function downloaded(cache: string, name: string, projects: readonly string[]): Promise<string> {
  const folder = join(cache, name);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    const platforms = ['manylinux2014_x86_64', 'manylinux_2_28_x86_64'].flatMap((tag) => ['--platform', tag]);
    const words = ['download', '-q', '--no-deps', '--only-binary', ':all:', '--python-version', '3.11', ...platforms];
    await run('pip', [...words, '--dest', unfinished, ...projects]);
    renameSync(unfinished, folder);
  }
  return folder;
}
