// Runs the compiled tests: those whose path has one of the words given, or all; never those with a word behind --except.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const argv = process.argv.slice(2);
const at = argv.includes('--except') ? argv.indexOf('--except') : argv.length;
const [words, exceptions] = [argv.slice(0, at), argv.slice(at + 1)];
const files = readdirSync('build/test', { recursive: true })
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .filter((path) => !exceptions.some((word) => path.includes(word)))
  .map((path) => join('build/test', path))
  .sort();
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...files], { stdio: 'inherit' });
process.exitCode = status ?? 1;
