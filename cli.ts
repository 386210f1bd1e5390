#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { commands } from './lib/commands/index.ts';
import { print } from './lib/commands/print.ts';
import { errorCode, InputError, printable, systemError, UsageError } from './lib/errors.ts';
import { nearest } from './lib/commands/nearest.ts';
import about from './package.json' with { type: 'json' };

/*
 * The door: finds the command, runs it, and turns an error into words and an exit status. Nothing else in layertool
 * knows of either.
 */

// V8 trades memory for time, and a low-memory CI job does not want that: buffers wait for a collection of the young
// generation, which is to stay small, and the index of a large layer is no garbage that the heap should grow for.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=20');
// Node 20 has but one optimizing compiler, which costs a short run more than it gains.
if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--interrupt-budget=1000000');

const FAILED = 1;
const WRONG_USE = 2;
/** As a shell reports the death by SIGPIPE, SIGINT and SIGTERM. */
const READER_GONE = 141;
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

for (const [signal, status] of Object.entries(signals)) {
  // What must be cleaned up is done at exit, by whoever made it.
  process.once(signal, () => process.exit(status));
}

const [name = '', ...argv] = process.argv.slice(2);
try {
  await dispatch(name, argv);
} catch (error) {
  process.exitCode = report(name, error, argv.includes('-v') || argv.includes('--verbose'));
}

async function dispatch(word: string, rest: string[]): Promise<void> {
  if (word === '--version' || word === 'version') return print(`layertool ${about.version}\n`);
  if (word === '' && rest.length === 0) throw new UsageError('which command?', 'layertool --help lists them');
  if (['help', '--help', '-h'].includes(word)) {
    const asked = rest.find((argument) => !argument.startsWith('-'));
    return asked === undefined ? print(help()) : dispatch(asked, ['--help']);
  }
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command) return command.run(rest);
  const near = nearest(word, Object.keys(commands));
  throw new UsageError(`there is no command ${JSON.stringify(word)}`, near && `did you mean ${near}?`);
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((word) => word.length));
  return [
    'Usage: layertool COMMAND [flags] ARGS',
    '',
    `${about.description}.`,
    '',
    'Commands:',
    ...Object.entries(commands).map(([word, { summary }]) => `  ${word.padEnd(width)}  ${summary}`),
    '',
    'layertool COMMAND --help tells more of each.',
    '',
  ].join('\n');
}

/** Says what went wrong in a line, and a hint in a second, and gives the exit status for it. */
function report(word: string, error: unknown, verbose: boolean): number {
  if (errorCode(error) === 'EPIPE') return READER_GONE;
  const command = Object.hasOwn(commands, word) ? `layertool ${word}` : 'layertool';
  const input = error instanceof InputError ? `${error.input}: ` : '';
  const known = error instanceof InputError || error instanceof UsageError;
  const lines = [`${command}: ${printable(input + (known ? error.message : systemError(error)))}`];
  if (known && error.hint) lines.push(`hint: ${printable(error.hint)}`);
  if (verbose && error instanceof Error && error.stack) lines.push(error.stack);
  process.stderr.write(`${lines.join('\n')}\n`);
  return error instanceof UsageError ? WRONG_USE : FAILED;
}
