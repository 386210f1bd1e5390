import type { FlagPage, ListedPage } from './page.ts';

/** Completions for fish: to be sourced, or kept as layertool.fish in ~/.config/fish/completions. */
export function fishCompletion(commands: readonly ListedPage[]): string {
  const lines = ['# Completions of layertool for fish.', 'complete -c layertool -f'];
  for (const { name, summary, flags, words } of commands) {
    lines.push(`complete -c layertool -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`);
    const inCommand = `-n '__fish_seen_subcommand_from ${name}'`;
    for (const flag of flags) lines.push(`complete -c layertool ${inCommand} ${flagWords(flag)}`);
    lines.push(...wordLines(inCommand, words));
  }
  return `${lines.join('\n')}\n`;
}

function flagWords({ long, short, value, values, help }: FlagPage): string {
  const names = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`];
  const kind = value === undefined ? [] : values === 'files' ? ['-r', '-F'] : ['-x'];
  const list = Array.isArray(values) ? [`-a ${quoted(values.join(' '))}`] : [];
  return [...names, ...kind, ...list, `-d ${quoted(help)}`].join(' ');
}

function wordLines(inCommand: string, words: ListedPage['words']): string[] {
  if (words === undefined) return [];
  if (words === 'files') return [`complete -c layertool ${inCommand} -F`];
  const list = words === 'directories' ? "'(__fish_complete_directories)'" : quoted(words.join(' '));
  return [`complete -c layertool ${inCommand} -a ${list}`];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
