import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { someLayer } from '../../image/archive.ts';
import { cli } from '../../peers/tools.ts';
import { wheel } from '../../python/wheels.ts';
import { Broken, shortened } from '../judges/broken.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateTar } from '../mutate/tar.ts';
import { mutateZip } from '../mutate/zip.ts';
import { archiveOf, images } from '../seeds/images.ts';
import { layers } from '../seeds/layers.ts';
import type { Sample, Target } from '../target.ts';

/** As long as a command may take, in milliseconds. */
const LIMIT = 20_000;

/** What is run; A and B stand for the files. */
const commands = [
  ['squash', 'A', 'B', '-o', 'OUT'],
  ['squash', '--drop-whiteouts', 'A', '-o', 'OUT'],
  ['image', 'A', 'B', '-o', 'OUT'],
  ['image', '--base', 'A', 'B', '-o', 'OUT'],
  ['inspect', 'A'],
  ['inspect', '--json', 'A'],
  ['inspect', '--list', 'A'],
  ['python', 'A'],
  ['wheel', '--python', '3.12', 'A', '-o', 'OUT'],
  ['wheel', '--platform-file', 'B', 'A', '-o', 'OUT'],
  ['wheel', '--target', 'B', 'A', '-o', 'OUT'],
  ['push', 'A', '127.0.0.1:9/a/b:1'],
  ['export', 'A', '-o', 'OUT'],
  ['export', '--layer', '1', 'A', '-o', 'OUT'],
  ['export', '--above', 'B', 'A', '-o', 'OUT'],
  ['filter', '-q', '--delete', 'a*', '--rename', 's,^b$,b2,', '--chmod', 'u+x=*o*', 'A', '-o', 'OUT'],
  ['diff', '--flat', '--patch', 'A', 'B'],
  ['diff', 'A', 'B'],
  ['index', 'A', '-o', 'OUT'],
  ['rebase', '-q', 'A', '--from', 'B', '--onto', 'B', '-o', 'OUT'],
  ['file', 'A', 'B:/etc/', '--platform', 'linux/amd64', '-o', 'OUT'],
  ['inspect', '--html', 'A'],
];

/** The commands themselves: exit status, one line of error, nothing left behind. */
export const edge: Target = {
  name: 'process',
  quick: 6,
  limit: LIMIT + 5000,
  size: 64 * 1024,
  seeds() {
    const [small, image] = [someLayer('one'), archiveOf(images()[2]!)];
    const files: [number, Buffer, Buffer][] = [
      [0, layers()[0]!, layers()[4]!],
      [1, gzipSync(layers()[1]!), small],
      [2, small, gzipSync(small)],
      [3, image, small],
      [4, image, small],
      [5, small, small],
      [6, layers()[2]!, small],
      [8, wheel(), small],
      [12, image, small],
      [13, image, small],
      [14, image, image],
      [15, layers()[0]!, small],
      [16, layers()[0]!, layers()[4]!],
      [17, image, image],
      [18, image, small],
      [19, image, image],
      [20, small, small],
      [21, image, small],
    ];
    return files.map(([command, one, two]): Sample => [Buffer.of(command), one, two]);
  },
  mutate(part, dice, other, index) {
    if (index === 0) return Buffer.of(dice.below(commands.length));
    if (part.subarray(0, 2).toString() === 'PK') return mutateZip(part, dice, other);
    return part[0] === 0x1f ? mutateBytes(part, dice, other, [gzipSync('')]) : mutateTar(part, dice, other);
  },
  async run([kind = Buffer.of(0), one = Buffer.alloc(0), two = Buffer.alloc(0)]) {
    const folder = mkdtempSync(join(tmpdir(), 'edge-'));
    try {
      for (const [name, bytes] of [
        ['A', one],
        ['B', two],
      ] as const)
        writeFileSync(join(folder, name), bytes);
      const words = commands[(kind[0] ?? 0) % commands.length]!;
      return await checked(folder, words);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function checked(folder: string, words: readonly string[]): Promise<string> {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const { status, signal, stdout, stderr } = await run(folder, temporary, words);
  const command = `layertool ${words[0]}`;
  if (signal !== null) throw new Broken(`${command} does not end in ${LIMIT / 1000} s, or is ended by ${signal}`);
  if (status !== 0 && status !== 1 && status !== 2)
    throw new Broken(`${command} ends with the status ${status}`, stderr);
  if (readdirSync(temporary).length > 0) throw new Broken(`${command} leaves files in TMPDIR`);
  const left = readdirSync(folder).filter((name) => !['A', 'B', 'OUT', 'tmp'].includes(name));
  if (left.length > 0) throw new Broken(`${command} leaves files beside its output`, left.join(' '));
  const isWritten = existsSync(join(folder, 'OUT'));
  if (status !== 0 && isWritten) throw new Broken(`${command} fails and writes its output`);
  if (status === 0 && words.includes('OUT') && !isWritten) throw new Broken(`${command} succeeds and writes no output`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
  const control = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]/;
  if (control.test(stderr)) throw new Broken(`${command} prints control characters on standard error`, stderr);
  if (['inspect', 'diff'].includes(words[0]!) && control.test(stdout))
    throw new Broken(`${command} prints control characters`, stdout);
  if (/^\s+at .*[:(]/m.test(stderr)) throw new Broken(`${command} prints a stack trace`, stderr);
  if (/\(node:\d+\)/.test(stderr)) throw new Broken(`${command} prints a warning of Node's`, stderr);
  // As diff(1): 1 is for what differs.
  if (status === 0 || (words[0] === 'diff' && status === 1)) return `taken ${words[0]}`;
  return refusal(command, stderr);
}

/** One line says what is wrong and with which file; a hint may follow. What was told before that is something else. */
function refusal(command: string, stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const errors = lines.filter((line) => line.startsWith(`${command}: `));
  const last = lines.at(-1)?.startsWith('hint: ') ? lines.at(-2) : lines.at(-1);
  if (last === undefined || errors.at(-1) !== last)
    throw new Broken(`${command} does not end with a line of error`, stderr);
  if (errors.length > 1) throw new Broken(`${command} prints several lines of error`, stderr);
  const rest = last.slice(command.length + 2);
  const names = /^(A|B|the layer|127\.0\.0\.1:9)\b/.test(rest);
  if (!names) throw new Broken(`${command} tells an error without its input: ${shortened(rest)}`);
  return shortened(rest).replace(/(?<=: ).*: .*/, '');
}

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, temporary: string, words: readonly string[]): Promise<Ended> {
  const env = { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '--max-old-space-size=150', DOCKER_CONFIG: folder };
  const child = spawn(process.execPath, [cli, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const [out, err] = [stdout, stderr].map((chunks) => Buffer.concat(chunks).toString());
      resolve({ status, signal, stdout: out!, stderr: err! });
    });
  });
}
