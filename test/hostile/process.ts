import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cli, find } from '../peers/tools.ts';

/*
 * One run of the program, in a world of its own: a home, a place for temporary files and one for the output, with bounds
 * on time, memory and the size of files, so that what is wrong with it does not become wrong with the machine.
 */

export const node = process.env.LAYERTOOL_NODE ?? process.execPath;

export const TIME = 10_000;
export const MEMORY = 150 * 1024;
export const DISK = 64 * 1024 * 1024;
/** Above what is allowed, so that the program can tell its own story where it takes too much. */
const GUARD = 1_500_000_000;

export interface Run {
  readonly words: readonly string[];
  readonly status: number | string;
  readonly stderr: string;
  /** Of what was written to stdout, or to the file of `-o`; of size and digest alone where it is large. */
  readonly size: number;
  readonly digest: string;
  readonly stdout: Buffer;
  /** In KiB, where GNU time is there to tell. */
  readonly memory: number | undefined;
  readonly milliseconds: number;
  /** Files that should not be there. */
  readonly left: readonly string[];
  readonly output: string | undefined;
}

export interface Asked {
  readonly folder: string;
  readonly words: readonly string[];
  /** A file that comes through a pipe as standard input. */
  readonly piped?: string;
  /** Whether `-o` is given; stdout is read here otherwise. */
  readonly toFile: boolean;
  /** Whether the output goes to the null device. */
  readonly discard?: boolean;
  /** Bytes that a file may have: that of the output, or a temporary one. */
  readonly fileSize: number;
  readonly env?: Readonly<Record<string, string>>;
}

const KEPT = 8 * 1024 * 1024;
const [gnuTime, prlimit] = [existsSync('/usr/bin/time'), find('prlimit') !== undefined];

export async function run(asked: Asked): Promise<Run> {
  const at = (name: string) => join(asked.folder, name);
  for (const name of ['tmp', 'home', 'cwd', 'out']) mkdirSync(at(name), { recursive: true });
  const output = asked.discard ? '/dev/null' : at('out/result');
  const words = [...asked.words, ...(asked.toFile || asked.discard ? ['-o', output] : [])];
  const command = [
    ...(gnuTime ? ['/usr/bin/time', '-q', '-f', '%M', '-o', at('usage')] : []),
    ...(prlimit ? ['prlimit', `--data=${GUARD}`, `--fsize=${asked.fileSize}`, '--core=0'] : []),
    ...[node, cli, ...words],
  ];
  const line =
    asked.piped === undefined
      ? command
      : ['sh', '-c', 'input=$1; shift; cat -- "$input" | "$@"', 'sh', asked.piped, ...command];
  const { PATH = '' } = process.env;
  const started = process.hrtime.bigint();
  const stderrFile = openSync(at('stderr'), 'w');
  const child = spawn(line[0]!, line.slice(1), {
    cwd: at('cwd'),
    env: { PATH, HOME: at('home'), TMPDIR: at('tmp'), LANG: 'C.UTF-8', ...asked.env },
    stdio: ['ignore', 'pipe', stderrFile],
    detached: true,
  });
  closeSync(stderrFile);
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
    if (size <= KEPT) chunks.push(chunk);
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {}
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, TIME);
  const status = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(late ? `still running after ${TIME / 1000} s` : (code ?? `${signal}`)));
  });
  clearTimeout(timer);
  const milliseconds = Number((process.hrtime.bigint() - started) / 1_000_000n);
  const stderr = readFileSync(at('stderr'))
    .subarray(0, 1 << 20)
    .toString('latin1');
  const usage = existsSync(at('usage'))
    ? Number(/(\d+)\s*$/.exec(readFileSync(at('usage'), 'utf8'))?.[1] ?? Number.NaN)
    : Number.NaN;
  const written = asked.toFile && !asked.discard && existsSync(output) ? output : undefined;
  if (written !== undefined) size = statSync(written).size;
  return {
    words,
    status,
    stderr,
    size,
    digest: written === undefined ? hash.digest('hex') : digestOf(written),
    stdout: Buffer.concat(chunks),
    memory: Number.isNaN(usage) ? undefined : usage,
    milliseconds,
    left: ['tmp', 'home', 'cwd', 'out'].flatMap((name) => readdirSync(at(name)).map((file) => `${name}/${file}`)),
    output: written,
  };
}

function digestOf(path: string): string {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(1 << 20);
  try {
    for (;;) {
      const count = readSync(fd, buffer);
      if (count === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
}
