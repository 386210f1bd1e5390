#!/usr/bin/env node
import { commands, purposes } from './lib/commands/index.ts';
import { nearest } from './lib/commands/nearest.ts';
import { complain, print, relay, styleOf, withoutColors } from './lib/commands/terminal.ts';
import { errorCode, InputError, systemError, UsageError } from './lib/errors.ts';
import { textOfProgram } from './lib/help/text.ts';
import { cleanUp } from './lib/process/cleanup.ts';
import manifest from './package.json' with { type: 'json' };

/*
 * The door: finds the command, runs it, and turns an error into words and an exit status. Nothing else in layertool
 * knows of either.
 */

const WRONG_USE = 2;
const UNSETTLED = 13;
/** A line may have so many characters: a long path has its place in it, a config of a megabyte has not. */
const LINE_LIMIT = 5000;
/** As a shell reports the death by SIGPIPE. */
const READER_GONE = 141;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    cleanUp();
    // By now with its default action: an exit of our own would wait for a thread that waits for a FIFO.
    process.kill(process.pid, signal);
  });
}

const [name = '', ...argv] = process.argv.slice(2);
const flags = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
if (flags.includes('--no-color')) withoutColors();
// Stays where nothing is left that could go on, as Node has it: what was not finished must not look done.
process.exitCode = UNSETTLED;
dispatch(name, argv)
  .catch((error: unknown) => report(name, error, flags.includes('-v') || flags.includes('--verbose')))
  .then((status) => {
    process.exitCode = status;
  });

/** Resolves with the exit status. */
async function dispatch(word: string, rest: string[]): Promise<number> {
  if (word === '--version' || word === 'version') return printed(`layertool ${manifest.version}\n`);
  if (word === '' && rest.length === 0) throw new UsageError('which command?', 'layertool --help lists them');
  if (['help', '--help', '-h'].includes(word)) {
    const about = rest.find((argument) => !argument.startsWith('-'));
    return about === undefined
      ? printed(textOfProgram(purposes, `${manifest.description}.`, styleOf(process.stdout)))
      : dispatch(about, ['--help']);
  }
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command) return command.run(rest);
  const near = nearest(word, Object.keys(commands));
  throw new UsageError(`there is no command ${JSON.stringify(word)}`, near && `did you mean ${near}?`);
}

async function printed(text: string): Promise<number> {
  await print(text);
  return 0;
}

function shortened(line: string): string {
  return line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)}…` : line;
}

/** Says what went wrong in a line, and a hint in a second, and gives the exit status for it. */
function report(word: string, error: unknown, verbose: boolean): number {
  // A connection that breaks is an InputError; a bare EPIPE is the reader of our own output.
  if (!(error instanceof InputError) && errorCode(error) === 'EPIPE') return READER_GONE;
  const command = Object.hasOwn(commands, word) ? `layertool ${word}` : 'layertool';
  const isKnown = error instanceof InputError || error instanceof UsageError;
  const what = shortened(isKnown ? error.message : systemError(error));
  complain(command, what, isKnown ? error.hint : undefined);
  if (verbose) {
    for (let at = error, lead = ''; at instanceof Error; at = at.cause, lead = 'caused by ') {
      relay(`${lead}${at.stack ?? at.message}`);
    }
  }
  if (error instanceof UsageError) return WRONG_USE;
  return Object.hasOwn(commands, word) ? commands[word]!.failed : 1;
}
