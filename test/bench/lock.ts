import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../peers/tools.ts';

const project = `[project]
name = "laboratory"
version = "1"
requires-python = ">=3.11"
dependencies = ["jupyterlab", "matplotlib", "numpy", "pandas"]
`;

/** The folder of a lock of about a hundred projects, which uv makes: a uv.lock, and the same as pylock.toml. */
export async function lock(cache: string): Promise<string> {
  const folder = join(cache, 'lock');
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(join(unfinished, 'pyproject.toml'), project);
    await run('uv', ['lock', '-q'], { cwd: unfinished });
    const words = ['export', '-q', '--no-emit-project', '--format', 'pylock.toml', '-o', 'pylock.toml'];
    await run('uv', words, { cwd: unfinished });
    renameSync(unfinished, folder);
  }
  return folder;
}
