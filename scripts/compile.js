// Compiles everything, tests included, to build/, from scratch: a test that is gone must not run.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('build', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', '.'], { stdio: 'inherit' });
