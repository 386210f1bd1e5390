import type { CommandPage, FlagPage } from '../help/page.ts';
import { type Command, common, dashed, type Flag, type Flags } from './command.ts';

/** Values that are the path of a file. */
const FILES = new Set(['FILE', 'IMAGE', 'BASE', 'NEWBASE', 'OLDBASE']);

const PLATFORMS = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/386',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
];

/** What help tells of a command. */
export function describe(
  command: Command<Flags>,
  summary: string,
  failed: number,
  words: CommandPage['words'],
): CommandPage {
  const { name, usage, about, examples } = command;
  const flags = Object.entries({ ...command.flags, ...common }).map(([key, flag]) => describeFlag(key, flag));
  return { name, summary, usage, about, flags, words, examples, failed };
}

function describeFlag(key: string, flag: Flag): FlagPage {
  const value = flag.type === 'string' ? (flag.value ?? 'VALUE') : undefined;
  return {
    long: `--${dashed(key)}`,
    short: flag.short === undefined ? undefined : `-${flag.short}`,
    value,
    values: valuesOf(flag, value),
    isRepeatable: flag.many === true,
    help: flag.help,
  };
}

function valuesOf({ choices }: Flag, value: string | undefined): FlagPage['values'] {
  if (choices !== undefined) return choices;
  if (value === 'OS/ARCH') return PLATFORMS;
  return value !== undefined && FILES.has(value) ? 'files' : undefined;
}
