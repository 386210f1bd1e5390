import { UsageError } from '../errors.ts';

/** The flags of `go build` that stand alone; every other one takes a value. */
const switches = new Set([
  ...[
    'a',
    'asan',
    'buildvcs',
    'cover',
    'json',
    'linkshared',
    'modcacherw',
    'msan',
    'n',
    'race',
    'trimpath',
    'work',
    'x',
  ],
]);
const valued = new Set([
  ...['C', 'asmflags', 'buildmode', 'compiler', 'covermode', 'coverpkg', 'gccgoflags', 'gcflags', 'installsuffix'],
  ...['ldflags', 'mod', 'modfile', 'overlay', 'p', 'pgo', 'pkgdir', 'tags', 'toolexec'],
]);

/** Flags that would keep go from building what is asked for, or write it elsewhere. */
const refused: Record<string, string> = {
  n: 'it would build nothing',
  json: "go's own output goes to standard error",
};

export interface Divided {
  /** Each with its value, if that is a word of its own; `-C`, which go wants first, first. */
  readonly build: string[];
  readonly rest: string[];
}

/** Parts the flags of `go build`, with one dash or two, from the other words. */
export function divide(argv: readonly string[]): Divided {
  const build: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') return { build, rest: [...rest, ...argv.slice(at)] };
    const [, name = '', equals] = /^--?([A-Za-z]+)(=.*)?$/s.exec(word) ?? [];
    // -v is layertool's own.
    if (!switches.has(name) && !valued.has(name)) {
      rest.push(word);
      continue;
    }
    if (refused[name] !== undefined) throw new UsageError(`-${name} makes no sense here: ${refused[name]}`);
    const words = [word];
    if (valued.has(name) && equals === undefined) {
      const value = argv[++at];
      if (value === undefined) throw new UsageError(`-${name} needs a value`);
      words.push(value);
    }
    if (name === 'C') build.unshift(...words);
    else build.push(...words);
  }
  return { build, rest };
}

/** The last value that a flag of `go build` is given. */
export function lastValue(build: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [at, word] of build.entries()) {
    const [, flag, joined] = /^--?([A-Za-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === name && valued.has(name)) value = joined ?? build[at + 1];
  }
  return value;
}

/** The words that make go work in another directory; divide has put them first. */
export function directoryFlag(build: readonly string[]): string[] {
  const [first = ''] = build;
  if (/^--?C$/.test(first)) return build.slice(0, 2);
  return /^--?C=/.test(first) ? [first] : [];
}
