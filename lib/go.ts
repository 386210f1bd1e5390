import { spawn } from 'node:child_process';
import { errorCode, InputError, UsageError } from './errors.ts';
import { type Platform, platformText } from './image/platform.ts';

/** The flags of `go build` that stand alone; every other one takes a value. */
const switches = new Set([
  ...[
    'a',
    'n',
    'race',
    'msan',
    'asan',
    'buildvcs',
    'cover',
    'v',
    'work',
    'x',
    'linkshared',
    'modcacherw',
    'trimpath',
    'json',
  ],
]);
const valued = new Set([
  ...['C', 'p', 'asmflags', 'buildmode', 'compiler', 'covermode', 'coverpkg', 'gccgoflags', 'gcflags'],
  ...['installsuffix', 'ldflags', 'mod', 'modfile', 'overlay', 'pgo', 'pkgdir', 'tags', 'toolexec'],
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
    if (name === 'v' || (!switches.has(name) && !valued.has(name))) {
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

/** GOOS, GOARCH and what stands for the variant (go help environment). */
export function goEnvironment({ os, architecture, variant }: Platform, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...own,
    GOOS: os,
    GOARCH: architecture,
    CGO_ENABLED: own['CGO_ENABLED'] ?? '0',
  };
  if (variant === undefined) return environment;
  if (architecture === 'arm' && /^v[567]$/.test(variant)) environment['GOARM'] = variant.slice(1);
  else if (architecture === 'amd64' && /^v[1-4]$/.test(variant)) environment['GOAMD64'] = variant;
  else if (architecture === 'arm64' && /^v[89](\.[0-9])?$/.test(variant)) {
    environment['GOARM64'] = variant.includes('.') ? variant : `${variant}.0`;
  } else throw new UsageError(`go knows no variant ${variant} of ${platformText({ os, architecture })}`);
  return environment;
}

/** What makes a build the same from any checkout, unless the user says otherwise in a flag or in GOFLAGS. */
export function reproducible(build: readonly string[], own: NodeJS.ProcessEnv): string[] {
  const said = `${build.join(' ')} ${own['GOFLAGS'] ?? ''}`;
  return ['-trimpath', '-buildvcs=false'].filter((flag) => {
    const name = flag.replace(/=.*/, '').slice(1);
    return !new RegExp(`(^|\\s)--?${name}(=|\\s|$)`).test(said);
  });
}

/** Runs go, its messages going to standard error, and resolves with what it prints for programs. */
export function go(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', words, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = (): void => {
      child.kill('SIGINT');
    };
    process.once('exit', stop);
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => {
      const missing = errorCode(error) === 'ENOENT';
      reject(missing ? new InputError('go', 'is not on PATH', 'layertool go needs the Go toolchain') : error);
    });
    child.on('close', (status, signal) => {
      process.removeListener('exit', stop);
      if (status === 0) return resolve(Buffer.concat(output).toString());
      const verb = words.find((word) => word === 'list' || word === 'build');
      reject(new InputError(`go ${verb}`, signal ? `was ended by ${signal}` : `failed with exit status ${status}`));
    });
  });
}
