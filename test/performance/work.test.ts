import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { noise } from '../entries.ts';
import { attempt, cli, folder } from '../peers/tools.ts';
import { wheel } from '../python/wheels.ts';
import { archive, file } from '../tar/blocks.ts';
import type { Counts } from './count.ts';

/*
 * How much work the commands do for each entry and each byte. A clock would tell how busy the machine is; this tells
 * when something is read twice, written in small pieces, or made anew for each entry.
 */

const preload = fileURLToPath(new URL('count.js', import.meta.url));

async function counted(cwd: string, words: string[], stdin?: string): Promise<Counts> {
  const counts = join(cwd, 'counts.json');
  const env = { LAYERTOOL_COUNTS: counts, TMPDIR: cwd };
  const settings = { cwd, env, ...(stdin !== undefined && { stdin }) };
  const { status, stderr } = await attempt(process.execPath, ['--import', preload, cli, ...words, '-q'], settings);
  assert.equal(status, 0, stderr);
  return JSON.parse(readFileSync(counts, 'utf8')) as Counts;
}

interface Work {
  readonly name: string;
  /** How many entries, or bytes, there are in a small input and in a large one: what differs is theirs alone. */
  readonly sizes: readonly [number, number];
  /** Makes an input in a folder that is empty, and tells the words of the command. */
  input(cwd: string, size: number): string[];
  /** The layer is given as standard input. */
  readonly isPiped?: true;
  /** For each entry or byte. */
  readonly most: Counts;
}

const small = (count: number): Buffer =>
  archive(...Array.from({ length: count }, (_, at) => file(`${at}`.padEnd(100), { name: `d${at % 97}/f${at}` })));
const large = (size: number): Buffer => archive(file(noise(size, 1).toString('latin1'), { name: 'large' }));

const entries = [1000, 9000] as const;
const bytes = [1_000_000, 41_000_000] as const;

const WHEEL = 'demo-1.0-py3-none-any.whl';

/** A command that is given a layer, as a file or, as `-`, from a pipe. */
function onLayer(make: (size: number) => Buffer, ...words: string[]): Work['input'] {
  return (cwd, size) => {
    writeFileSync(join(cwd, 'l.tar'), make(size));
    return words;
  };
}

function onTree(cwd: string, count: number): string[] {
  mkdirSync(join(cwd, 'tree'));
  for (let at = 0; at < count; at++) writeFileSync(join(cwd, 'tree', `f${at}`), `${at}`.padEnd(100));
  return ['dir', 'tree'];
}

function onWheel(files: (size: number) => [path: string, content: Buffer | string][]): Work['input'] {
  return (cwd, size) => {
    writeFileSync(join(cwd, WHEEL), wheel({ files: Object.fromEntries(files(size)) }));
    return ['wheel', '--python', '3.12', WHEEL];
  };
}

const manyFiles = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, at) => [`demo/d${at % 97}/f${at}.py`, `${at}`.padEnd(100)]);

function limits(allocated: number, reads: number, bytesRead: number, writes: number, bytesWritten: number): Counts {
  return { allocated, reads, bytesRead, writes, bytesWritten };
}

const works: Work[] = [
  {
    name: 'squash, an entry',
    sizes: entries,
    input: onLayer(small, 'squash', 'l.tar'),
    // It reads each small body at its place.
    most: limits(8500, 1.2, 1200, 0.01, 1040),
  },
  {
    name: 'squash of a pipe, an entry',
    sizes: entries,
    input: onLayer(small, 'squash', '-'),
    isPiped: true,
    most: limits(9500, 1.2, 2300, 0.03, 2100),
  },
  {
    name: 'image, an entry',
    sizes: entries,
    input: onLayer(small, 'image', 'l.tar'),
    most: limits(4000, 0.01, 2100, 0.01, 1040),
  },
  {
    name: 'inspect --list, an entry',
    sizes: entries,
    input: onLayer(small, 'inspect', '--list', 'l.tar'),
    most: limits(16_000, 0.2, 3200, 0.01, 90),
  },
  // Headers of files that have a time to the nanosecond are three blocks.
  { name: 'dir, an entry', sizes: [500, 3500], input: onTree, most: limits(14_000, 1.1, 150, 0.01, 2150) },
  {
    name: 'wheel, an entry',
    sizes: [500, 4500],
    input: onWheel(manyFiles),
    most: limits(35_000, 2.1, 500, 0.005, 1300),
  },
  {
    name: 'squash, a byte',
    sizes: bytes,
    input: onLayer(large, 'squash', 'l.tar'),
    most: limits(0.03, 2e-6, 1.02, 2e-6, 1.02),
  },
  {
    name: 'squash of a pipe, a byte',
    sizes: bytes,
    input: onLayer(large, 'squash', '-'),
    isPiped: true,
    most: limits(0.2, 2e-6, 2.02, 3e-5, 2.02),
  },
  {
    name: 'image, a byte',
    sizes: bytes,
    input: onLayer(large, 'image', 'l.tar'),
    // Once to verify it, once more as it leaves.
    most: limits(0.05, 4e-6, 2.02, 2e-6, 1.02),
  },
  {
    name: 'image --compress gzip, a byte',
    sizes: bytes,
    input: onLayer(large, 'image', '--compress', 'gzip', 'l.tar'),
    // What it becomes is spilled, since its size stands before it.
    most: limits(0.3, 6e-6, 3.02, 1e-5, 2.02),
  },
  {
    name: 'wheel, a byte',
    sizes: bytes,
    input: onWheel((size) => [['demo/large.bin', noise(size, 1)]]),
    // The archive is hashed, and each file verified while it is written.
    most: limits(0.12, 6e-6, 2.05, 6e-6, 1.05),
  },
];

for (const { name, sizes, input, isPiped, most } of works) {
  test(`work: ${name}`, async (t) => {
    if (!existsSync('/proc/self/io')) return t.skip('missing: /proc/self/io');
    const counts: Counts[] = [];
    for (const size of sizes) {
      const cwd = await folder(t);
      const words = input(cwd, size);
      counts.push(await counted(cwd, [...words, '-o', 'out'], isPiped && join(cwd, 'l.tar')));
    }
    const [few, many] = counts as [Counts, Counts];
    for (const key of Object.keys(most) as (keyof Counts)[]) {
      const each = (many[key] - few[key]) / (sizes[1] - sizes[0]);
      t.diagnostic(`${key}: ${each.toPrecision(3)}`);
      assert.ok(each <= most[key], `${key}: ${each} is more than ${most[key]}`);
    }
  });
}
