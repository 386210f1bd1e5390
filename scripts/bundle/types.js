import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = 'dist/types';

/** Writes the types of the library's front, and of what they are made of: no other file has anything for a program. */
export function types() {
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.types.json'], { stdio: 'inherit' });
  const needed = new Set();
  const open = [join(FOLDER, 'index.d.ts')];
  for (const file of open) {
    if (needed.has(file)) continue;
    needed.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)\.ts'/g)) {
      open.push(join(dirname(file), `${path}.d.ts`));
    }
  }
  for (const path of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.ts') && !needed.has(join(FOLDER, path))) rmSync(join(FOLDER, path));
  }
}
