import { blocksOf, type FlagPage, flagNames, flagText, type ListedPage } from './page.ts';

/*
 * Manual pages in man(7). What stands in them is that of --help, in its words.
 */

/** When the pages were last looked through: a page has a date, and no clock is read. */
const DATE = '2026-11-24';

const WIDTH = 76;

/** The page of a command. */
export function manOfCommand(page: ListedPage, version: string): string {
  const { name, summary, usage, about, flags, examples, failed } = page;
  return roff([
    title(`layertool-${name}`, version),
    '.SH NAME',
    `${text(`layertool-${name}`)} \\- ${text(summary)}`,
    '.SH SYNOPSIS',
    `.B layertool ${text(name)}`,
    ...paragraph(usage),
    '.SH DESCRIPTION',
    ...blocksOf(about).flatMap(({ isVerbatim, lines }, at) =>
      isVerbatim ? ['.PP', '.nf', ...lines.map(text), '.fi'] : [at === 0 ? '' : '.PP', ...paragraph(lines.join(' '))],
    ),
    '.SH OPTIONS',
    ...flags.flatMap(option),
    '.SH EXIT STATUS',
    ...statuses(failed),
    '.SH EXAMPLES',
    '.nf',
    ...examples.map(text),
    '.fi',
    '.SH SEE ALSO',
    '.BR layertool (1)',
  ]);
}

/** The page of the program. */
export function manOfProgram(commands: readonly ListedPage[], about: string, version: string): string {
  return roff([
    title('layertool', version),
    '.SH NAME',
    ...paragraph(`layertool - ${about.charAt(0).toLowerCase()}${about.slice(1)}`),
    '.SH SYNOPSIS',
    '.B layertool',
    '.I COMMAND',
    text('[flags] ARGS'),
    '.SH COMMANDS',
    ...commands.flatMap(({ name, summary }) => ['.TP', `.BR layertool\\-${text(name)} (1)`, text(summary)]),
    '.SH EXIT STATUS',
    ...statuses(1),
    '.SH ENVIRONMENT',
    ...[
      ['SOURCE_DATE_EPOCH', 'Seconds since 1970: caps the times of entries, and stands in where there is none.'],
      ['TMPDIR', 'Where temporary files are made. They have no name, and nothing is left.'],
      ['DOCKER_CONFIG', 'The folder of the docker config, which has the credentials of registries.'],
    ].flatMap(([name = '', meaning = '']) => ['.TP', `.B ${name}`, ...paragraph(meaning)]),
  ]);
}

function title(name: string, version: string): string {
  return `.TH ${text(name.toUpperCase())} 1 ${DATE} "layertool ${version}" "layertool"`;
}

function option(flag: FlagPage): string[] {
  const names = flagNames(flag).map((name) => `\\fB${text(name)}\\fR`);
  const value = flag.value === undefined ? '' : ` \\fI${text(flag.value)}\\fR`;
  return ['.TP', `${names.join(', ')}${value}`, ...paragraph(flagText(flag))];
}

function statuses(failed: number): string[] {
  const rows = [
    ['0', failed === 2 ? 'Nothing differs.' : 'Done.'],
    ['1', failed === 2 ? 'Something differs.' : 'The work failed.'],
    ['2', failed === 2 ? 'The work failed, or the command line is wrong.' : 'The command line is wrong.'],
    ['130, 143', 'It was interrupted, and has cleaned up.'],
    ['141', 'The reader of the output went away.'],
  ];
  return rows.flatMap(([status = '', meaning = '']) => ['.TP', `.B ${status}`, meaning]);
}

/** Text as roff shows it: dashes stay what they are, and no line is a request. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('→', '\\(->')
    .replace(/^(?=[.'])/gm, '\\&');
}

/** Lines that are filled again when they are shown: in the source none is to be longer than 80 bytes. */
function paragraph(plain: string): string[] {
  const lines: string[] = [];
  for (const word of text(plain).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines;
}

function roff(lines: readonly string[]): string {
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
