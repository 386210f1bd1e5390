import { printable } from '../errors.ts';
import { type Style, unstyled } from '../help/style.ts';

/*
 * All that is meant for a person goes through this file: it alone writes to standard error, and what it writes there
 * cannot move the cursor or change a colour, whoever made the words up.
 */

/** Clears what is behind the cursor, and below it. */
const CLEAR = '\x1b[J';

/** Writes lines to standard error; control characters in them are escaped. */
export function tell(...lines: readonly string[]): void {
  process.stderr.write(clear() + lines.map((line) => `${printable(line)}\n`).join(''));
}

/** What goes before a message: another layertool on the same terminal may have drawn there. */
function clear(): string {
  return canDraw() ? CLEAR : '';
}

/** Whether lines can be drawn again on standard error. */
export function canDraw(): boolean {
  return process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** Passes on what another program printed, line by line. */
export function relay(text: string): void {
  if (text !== '') tell(...text.replace(/\n$/, '').split('\n'));
}

/** The columns and rows of a terminal that does not tell. */
const [COLUMNS, ROWS] = [80, 24];

/**
 * Lines that are drawn again and again. The cursor rests on an empty line above them: a line that anyone else writes goes
 * there, neither into what is drawn nor below it, where the next drawing would take it away.
 *
 * @param lines gives as many as there may be, each no longer than so many characters
 */
export function draw(lines: (width: number, height: number) => readonly string[]): void {
  const { columns = COLUMNS, rows = ROWS } = process.stderr;
  const drawn = lines(Math.max(20, columns - 1), Math.max(1, rows - 2)).map(printable);
  if (drawn.length === 0) return;
  process.stderr.write(`\r${CLEAR}${drawn.map((line) => `\n${line}`).join('')}\r\x1b[${drawn.length}A`);
}

/** Takes the lines away that were drawn. */
export function erase(): void {
  process.stderr.write(CLEAR);
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
  process.stderr.write(`${clear()}${wrong(printable(`${who}:`))} ${printable(what)}\n`);
  if (hint) process.stderr.write(`${strong('hint:')} ${printable(hint)}\n`);
}

/** Writes text for a person or a program to standard output. That its reader went away is an error like any other. */
export function print(text: string): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    stdout.once('error', reject);
    stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
