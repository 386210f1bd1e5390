// Runs the compiled tests: those whose path has one of the words given, or all; never those with a word behind --except.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

const argv = process.argv.slice(2);
const at = argv.includes('--except') ? argv.indexOf('--except') : argv.length;
const [words, exceptions] = [argv.slice(0, at), argv.slice(at + 1)];
const files = readdirSync('build/test', { recursive: true })
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .filter((path) => !exceptions.some((word) => path.includes(word)))
  .map((path) => join('build/test', path))
  .sort();

// Those beside other tools mostly wait for them: two of them at a time would not be quicker, the rest beside them is.
const isBesideOthers = (path) => path.includes('peers');
const lanes =
  availableParallelism() > 1
    ? [files.filter((path) => !isBesideOthers(path)), files.filter(isBesideOthers)].filter((lane) => lane.length > 0)
    : [files];

async function run(lane, stdout) {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', ...lane], {
    stdio: ['inherit', stdout, 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  // What they say does not mix: that of the second lane comes when the first is over.
  const said = child.stdout && (await buffer(child.stdout));
  return { status: await ended, said };
}

const results = await Promise.all(lanes.map((lane, place) => run(lane, place === 0 ? 'inherit' : 'pipe')));
for (const { said } of results) if (said) process.stdout.write(said);
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;
