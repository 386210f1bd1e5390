import type { CommandPage, FlagPage } from '../help/page.ts';
import { common, dashed, type Flag, type Flags } from './flag.ts';

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

/** What a command says of itself. */
interface Described {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  readonly flags: Flags;
  readonly examples: readonly string[];
}

/** What help tells of a command. */
export function describe({ name, usage, about, flags, examples }: Described): CommandPage {
  const own = Object.entries(flags).map(([key, flag]) => describeFlag(key, flag));
  const all = [...own, ...Object.entries(common).map(([key, flag]) => describeFlag(key, flag))];
  return { name, usage, about, flags: all, own: own.length, examples };
}

function describeFlag(key: string, flag: Flag): FlagPage {
  const value = flag.type === 'string' ? (flag.value ?? 'VALUE') : undefined;
  return {
    long: `--${dashed(key)}`,
    short: flag.short === undefined ? undefined : `-${flag.short}`,
    value,
    values: valuesOf(flag, value),
    isRepeatable: flag.many === true,
    choices: flag.choices,
    default: flag.default,
    help: flag.help,
  };
}

function valuesOf({ choices }: Flag, value: string | undefined): FlagPage['values'] {
  if (choices !== undefined) return choices;
  if (value === 'OS/ARCH') return PLATFORMS;
  return value !== undefined && FILES.has(value) ? 'files' : undefined;
}
