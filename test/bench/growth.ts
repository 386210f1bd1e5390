import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, header } from '../../lib/entries/entry.ts';
import { openOutput } from '../../lib/outputs/output.ts';
import { pump } from '../../lib/streams/pump.ts';
import { byteSource, source } from '../../lib/streams/source.ts';
import { pack } from '../../lib/tar/pack.ts';
import { measure } from './measure.ts';
import { columns, megabytes, seconds } from './table.ts';

/*
 * How time and memory grow with what is given: bytes, entries, layers. Each input is made, used, and removed.
 */

interface Growth {
  readonly what: string;
  readonly sizes: readonly number[];
  /** The layers of an input of that size. */
  layers(size: number): Iterable<Iterable<Entry>>;
}

const MIB = 1024 * 1024;

const growths: readonly Growth[] = [
  { what: 'bytes', sizes: [16, 64, 256, 1024, 4096].map((size) => size * MIB), layers: (size) => [[large(size)]] },
  { what: 'entries', sizes: [1_000, 10_000, 100_000, 1_000_000, 2_000_000], layers: (size) => [many(size, '')] },
  {
    what: 'layers',
    sizes: [1, 8, 32, 127],
    *layers(size) {
      // Each replaces half of what the one below has, and adds as much.
      for (let at = 0; at < size; at++) yield many(500, `${at >> 1}/`);
    },
  },
];

function large(size: number): Entry {
  const text = Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff));
  function* bytes(): Generator<Buffer> {
    const chunk = Buffer.concat(Array.from({ length: 16 }, () => text));
    for (let left = size; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
  }
  return { header: header({ name: 'large', type: 'file', mode: 0o644, size }), body: byteSource(bytes()) };
}

function* many(count: number, below: string): Generator<Entry> {
  for (let at = 0; at < count; at++) {
    const body = Buffer.from(`${at}`);
    const name = `${below}usr/share/some-package-${at % 997}/folder-${at % 31}/file-${at}`;
    yield { header: header({ name, type: 'file', mode: 0o644, size: body.length }), body };
  }
}

/** Measures, and prints a table for each kind of growth. */
export async function growth(folder: string, env: Record<string, string>): Promise<void> {
  const place = join(folder, 'growth');
  for (const { what, sizes, layers } of growths) {
    const rows: string[][] = [];
    for (const size of sizes) {
      mkdirSync(place);
      const files: string[] = [];
      for (const entries of layers(size)) {
        files.push(join(place, `${files.length}.tar`));
        await pump(source(entries), pack(), await openOutput(files.at(-1)));
      }
      for (const command of ['squash', 'image --compress none']) {
        const line = `"$NODE" "$CLI" ${command} -o "$OUT" ${files.map((file) => `'${file}'`).join(' ')}`;
        rmSync(env['OUT'] ?? '', { force: true });
        const { seconds: time, cpu, peak } = await measure(line, env, join(folder, 'notes'));
        rows.push([command, size.toLocaleString('en'), seconds(time), seconds(cpu ?? Number.NaN), megabytes(peak)]);
      }
      rmSync(place, { recursive: true });
      rmSync(env['OUT'] ?? '', { force: true });
    }
    rows.sort(([a = ''], [b = '']) => Number(a < b) - Number(a > b));
    console.log(`\n${columns([['', what, 'time', 'cpu', 'peak'], ...rows])}`);
  }
}
