import { printable } from '../errors.ts';
import { type Style, unstyled } from '../help/style.ts';

/*
 * All that is meant for a person goes through this file: it alone writes to standard error, and what it writes there
 * cannot move the cursor or change a colour, whoever made the words up.
 */

/** Writes lines to standard error; control characters in them are escaped. */
export function tell(...lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Passes on what another program printed, line by line. */
export function relay(text: string): void {
  if (text !== '') tell(...text.replace(/\n$/, '').split('\n'));
}

/** Lines at the bottom of a terminal that are drawn again and again. */
export interface Screen {
  /** Draws lines in the place of those that were drawn before, cut to the width of the terminal. */
  draw(lines: readonly string[]): void;
  /** Takes them away. */
  erase(): void;
}

/** The columns of a terminal that does not tell. */
const COLUMNS = 80;

/** Makes a screen on which nothing is drawn. */
export function screen(): Screen {
  let drawn = 0;
  function erase(): void {
    if (drawn > 0) process.stderr.write(`\x1b[${drawn}F\x1b[J`);
    drawn = 0;
  }
  return {
    erase,
    draw(lines) {
      erase();
      const width = Math.max(20, (process.stderr.columns || COLUMNS) - 1);
      tell(...lines.map((line) => line.slice(0, width)));
      drawn = lines.length;
    },
  };
}

/** How words are set off: in bold or colors on a terminal, and not at all elsewhere. */
let isPlain = false;

/** Has no colors used, on a terminal either. */
export function withoutColors(): void {
  isPlain = true;
}

/** What sets words off in a stream (no-color.org): nothing but on a terminal that a person has not asked to be plain. */
export function styleOf(stream: { readonly isTTY?: boolean }): Style {
  const { NO_COLOR = '', TERM } = process.env;
  if (stream.isTTY !== true || isPlain || NO_COLOR !== '' || TERM === 'dumb') return unstyled;
  return { strong: (text) => `\x1b[1m${text}\x1b[22m`, wrong: (text) => `\x1b[1;31m${text}\x1b[39;22m` };
}

/** Says what went wrong, and what may help. */
export function complain(who: string, what: string, hint: string | undefined): void {
  const { wrong, strong } = styleOf(process.stderr);
  process.stderr.write(`${wrong(printable(`${who}:`))} ${printable(what)}\n`);
  if (hint) process.stderr.write(`${strong('hint:')} ${printable(hint)}\n`);
}

/** Whether a person may see what is written to standard error. */
export function isTerminal(): boolean {
  return process.stderr.isTTY === true;
}

/** Writes text for a person or a program to standard output. That its reader went away is an error like any other. */
export function print(text: string): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    stdout.once('error', reject);
    stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
