import { blocksOf, type FlagPage, flagNames, flagText, type ListedPage } from './page.ts';
import type { Purpose } from './text.ts';

/*
 * docs/commands.md: the help of all commands on one page, in Markdown.
 */

const INTRODUCTION = `# Commands

What \`layertool COMMAND --help\` says, on one page. It is made of the same definitions by \`npm run docs\`.
`;

export function markdownOfCommands(purposes: readonly Purpose[], pages: readonly ListedPage[]): string {
  const [first] = pages;
  if (first === undefined) return INTRODUCTION;
  return [
    INTRODUCTION,
    ...purposes.map(
      ({ title, commands }) => `- ${title}: ${commands.map(({ name }) => `[${name}](#${name})`).join(', ')}`,
    ),
    '',
    'Flags of every command:',
    '',
    ...first.flags.slice(first.own).map(flagLine),
    ...pages.flatMap(commandLines),
    '',
  ].join('\n');
}

function commandLines({ name, summary, usage, about, examples, flags, own }: ListedPage): string[] {
  const ownFlags = flags.slice(0, own);
  return [
    '',
    `## ${name}`,
    '',
    `\`layertool ${name} ${usage}\`: ${summary}.`,
    '',
    '```sh',
    ...examples,
    '```',
    '',
    ...blocksOf(about).flatMap(({ isVerbatim, lines }, at) => [
      ...(at === 0 ? [] : ['']),
      ...(isVerbatim ? ['```', ...lines, '```'] : lines.map(escaped)),
    ]),
    ...(ownFlags.length === 0 ? [] : ['', ...ownFlags.map(flagLine)]),
  ];
}

function flagLine(flag: FlagPage): string {
  const names = flagNames(flag);
  const value = flag.value === undefined ? '' : ` ${flag.value}`;
  return `- \`${names.join(', ')}${value}\`: ${escaped(flagText(flag))}`;
}

/** Text that Markdown would take for something else. */
function escaped(text: string): string {
  return text.replace(/[\\*_<>`[\]]/g, '\\$&');
}
