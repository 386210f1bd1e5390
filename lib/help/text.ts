import { blocksOf, type CommandPage, type FlagPage, flagNames, flagText } from './page.ts';
import type { Style } from './style.ts';

/*
 * Help on a terminal: what to type stands first, examples before flags.
 */

/** Columns. */
const WIDTH = 100;
/** A flag that is longer has its text in the next line. */
const FLAG_WIDTH = 30;

/** Commands that serve one purpose. */
export interface Purpose {
  readonly title: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
}

/** One screen of what there is. */
export function textOfProgram(purposes: readonly Purpose[], about: string, { strong }: Style): string {
  const width = Math.max(...purposes.flatMap(({ commands }) => commands.map(({ name }) => name.length)));
  return [
    `${strong('Usage:')} layertool COMMAND [flags] ARGS`,
    '',
    about,
    '',
    '  layertool image --base=<(layertool pull python:3.13-slim) \\',
    '      <(layertool wheel --lock uv.lock) <(layertool go ./cmd/server) -t app | docker load',
    ...purposes.flatMap(({ title, commands }) => [
      '',
      strong(title),
      ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    ]),
    '',
    'layertool COMMAND --help has examples and flags; layertool man COMMAND | man -l - the manual page.',
    'Inputs are files, pipes, <( ) or -; output goes to standard output, or to the file of -o.',
    '',
  ].join('\n');
}

/** What is told of a command. */
export function textOfCommand({ name, usage, about, examples, flags, own }: CommandPage, { strong }: Style): string {
  return [
    `${strong('Usage:')} layertool ${name} ${usage}`,
    '',
    ...blocksOf(about).flatMap(({ isVerbatim, lines }) => [
      ...(isVerbatim ? lines.map((line) => `    ${line}`) : wrapped(lines.join(' '), WIDTH)),
      '',
    ]),
    strong('Examples:'),
    ...examples.map((line) => `  ${line}`),
    '',
    ...(own === 0 ? [] : [strong('Flags:'), ...flags.slice(0, own).flatMap(flagRows), '']),
    strong('Flags of every command:'),
    ...flags.slice(own).flatMap(flagRows),
    '',
  ].join('\n');
}

function flagRows(flag: FlagPage): string[] {
  const names = flagNames(flag).join(', ');
  const left = `${flag.short === undefined ? '    ' : ''}${names}${flag.value === undefined ? '' : ` ${flag.value}`}`;
  const indent = ' '.repeat(FLAG_WIDTH + 4);
  const [first = '', ...rest] = wrapped(flagText(flag), WIDTH - indent.length);
  const start = left.length > FLAG_WIDTH ? [`  ${left}`, indent + first] : [`  ${left.padEnd(FLAG_WIDTH)}  ${first}`];
  return [...start, ...rest.map((line) => indent + line)];
}

/** Lines of at most so many characters, where no word is longer. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
