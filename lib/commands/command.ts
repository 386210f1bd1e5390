import meow from 'meow';
import { UsageError } from '../errors.ts';
import { textOfCommand } from '../help/text.ts';
import { keepHeapSmall } from '../memory/heap.ts';
import { describe } from './describe.ts';
import { common, dashed, type Flag, type Flags } from './flag.ts';
import { nearest } from './nearest.ts';
import { print, styleOf } from './terminal.ts';

type Text<F extends Flag> = F extends { choices: readonly (infer C)[] } ? C : string;

type ValueOf<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F extends { many: true }
    ? Text<F>[]
    : Text<F> | undefined;

export type Values<F extends Flags> = { readonly [K in keyof F]: ValueOf<F[K]> };

export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** What follows the name in the line of usage. */
  readonly usage: string;
  /** A paragraph for its help. */
  readonly about: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** Takes the words out that are flags of a program which the command runs. */
  divide?(argv: readonly string[]): { build: string[]; rest: string[] };
  run(values: Values<F & typeof common>, args: readonly string[], given: Given): Promise<void>;
}

/** What else a command is given. */
export interface Given {
  /** The words that `divide` took out. */
  readonly build: readonly string[];
  /** The flags that have values, in the order in which they were given: the key of each, and its value. */
  readonly order: readonly (readonly [key: string, value: string])[];
  /** Makes the exit status another than 0, though the work is done. */
  end(status: number): void;
}

/** Runs a command with its arguments, or prints its help; resolves with the exit status. */
export async function run<F extends Flags>(command: Command<F>, argv: readonly string[]): Promise<number> {
  const flags = { ...command.flags, ...common };
  const { build, rest } = command.divide?.(argv) ?? { build: [], rest: argv };
  const words = joined(flags, rest);
  const { values, args } = parse(flags, words);
  let status = 0;
  const end = (wanted: number): void => {
    status = wanted;
  };
  if (values.help) {
    await print(textOfCommand(describe(command), styleOf(process.stdout)));
    return status;
  }
  keepHeapSmall();
  await command.run(values, args, { build, order: orderOf(flags, words), end });
  return status;
}

function parse<F extends Flags>(flags: F, words: readonly string[]): { values: Values<F>; args: string[] } {
  let result: { flags: Record<string, unknown>; input: string[] };
  try {
    result = meow({
      importMeta: import.meta,
      argv: [...words],
      pkg: {},
      description: false,
      autoHelp: false,
      autoVersion: false,
      flags: Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, meowFlag(flag)])),
    });
  } catch (error) {
    // meow throws a plain Error at a flag that is repeated.
    throw new UsageError(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
  for (const key of Object.keys(result.flags)) if (!Object.hasOwn(flags, key)) throw unknown(flags, key);
  for (const [key, flag] of Object.entries(flags)) check(key, flag, result.flags[key]);
  return { values: result.flags as Values<F>, args: result.input.map((word) => word.replace(/^\0/, '')) };
}

function meowFlag(flag: Flag): { type: 'string' | 'boolean'; shortFlag?: string; isMultiple?: boolean } {
  return { type: flag.type, ...(flag.short && { shortFlag: flag.short }), ...(flag.many && { isMultiple: true }) };
}

function check(key: string, flag: Flag, value: unknown): void {
  const name = `--${dashed(key)}`;
  if (flag.type === 'boolean') {
    if (typeof value !== 'boolean') throw new UsageError(`${name} takes no value`);
    return;
  }
  if (value === undefined) return;
  const list = flag.many ? value : [value];
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
    throw new UsageError(`${name} needs a value`);
  if (flag.choices) {
    for (const item of list) {
      if (!flag.choices.includes(item)) {
        throw new UsageError(`${name} is one of ${flag.choices.join(', ')}, not ${JSON.stringify(item)}`);
      }
    }
  }
}

/**
 * Joins each flag with its value by `=`. The word after a flag is its value whatever it looks like, as everywhere;
 * meow takes one that begins with a dash for another flag.
 */
function joined(flags: Flags, argv: readonly string[]): string[] {
  const valued = new Set<string>();
  const known = new Set<string>();
  for (const [key, flag] of Object.entries(flags)) {
    for (const word of [`--${dashed(key)}`, ...(flag.short ? [`-${flag.short}`] : [])]) {
      known.add(word);
      if (flag.type === 'string') valued.add(word);
    }
  }
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') return [...words, ...argv.slice(at)];
    // Standard input with a place for it (`-:/etc/app.conf`); no argument has a NUL of its own.
    if (word.startsWith('-:')) {
      words.push(`\0${word}`);
      continue;
    }
    const short = /^-[A-Za-z](?=[^=])/.exec(word)?.[0];
    if (short !== undefined && valued.has(short)) {
      words.push(`${short}=${word.slice(2)}`);
      continue;
    }
    const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    if (known.has(name) && !valued.has(name) && value !== 'true' && value !== 'false') {
      throw new UsageError(`${name} takes no value`);
    }
    if (!valued.has(word)) {
      // meow takes what begins with no- for the opposite of another flag.
      words.push(known.has(word) && word.startsWith('--no-') ? `${word}=true` : word);
      continue;
    }
    const next = argv[++at];
    if (next === undefined || known.has(next)) throw new UsageError(`${word} needs a value`);
    words.push(`${word}=${next}`);
  }
  return words;
}

/** @param words as `joined` gives them */
function orderOf(flags: Flags, words: readonly string[]): [key: string, value: string][] {
  const end = words.indexOf('--');
  const keys = new Map<string, string>();
  for (const [key, { short }] of Object.entries(flags)) {
    keys.set(`--${dashed(key)}`, key);
    if (short) keys.set(`-${short}`, key);
  }
  return words.slice(0, end < 0 ? words.length : end).flatMap((word): [string, string][] => {
    const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    const key = keys.get(name);
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
}

function unknown(flags: Flags, key: string): UsageError {
  const name = key.length === 1 ? `-${key}` : `--${dashed(key)}`;
  const near = nearest(dashed(key), Object.keys(flags).map(dashed));
  return new UsageError(`there is no flag ${name}`, near && `did you mean --${near}?`);
}
