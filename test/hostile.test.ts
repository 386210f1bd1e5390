import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { tried } from './command.ts';
import { folder } from './peers/tools.ts';
import { archive, base256, block, body, file, octal, pax } from './tar/blocks.ts';

/*
 * Layers made to keep a reader busy for ever or to fill its memory. The program runs on its own, with a bound on its
 * heap, and is ended when it has taken a hundred times as long as it should.
 */

const stretches = 255_000;
const map = `${stretches}\n${'0\n0\n'.repeat(stretches)}`;
const comment = pax([['comment', 'z'.repeat(1_000_000)]]);
const noise = 'y'.repeat(1_000_000);

const layers: [what: string, layer: () => Buffer, status: number, words: RegExp][] = [
  [
    'an extended header of a negative size',
    () => archive(block({ flag: 'x', size: base256(-512n, 12) }), block()),
    1,
    /byte 0|not a tar/,
  ],
  [
    'a long name of a negative size',
    () => archive(file('x'), block({ flag: 'L', size: base256(-1024n, 12) }), block()),
    1,
    /byte 1024/,
  ],
  [
    'a sparse map of many lines',
    () =>
      archive(
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.realsize', '0'],
        ]),
        block({ size: octal(body(map).length, 12) }),
        body(map),
      ),
    0,
    /^$/,
  ],
  ['extended headers without end', () => archive(...Array.from({ length: 300 }, () => comment), block()), 1, /1 MiB/],
  [
    'global headers without end',
    () => archive(...Array.from({ length: 300 }, (_, at) => pax([[`key${at}`, noise]], 'g')), block()),
    1,
    /1 MiB/,
  ],
  [
    'opaque whiteouts again and again',
    () =>
      archive(
        ...Array.from({ length: 20_000 }, (_, at) => block({ name: `d/${at}` })),
        ...Array.from({ length: 20_000 }, () => block({ name: 'd/.wh..wh..opq' })),
      ),
    0,
    /^$/,
  ],
  [
    'hard links that wait for each other',
    () =>
      archive(
        ...Array.from({ length: 40_000 }, (_, at) => block({ flag: '1', name: `${at}`, linkname: `${at + 1}` })),
        block({ name: '.wh.40000' }),
      ),
    0,
    /^$/,
  ],
  [
    'hard links without end to one file',
    () =>
      archive(
        ...Array.from({ length: 40_000 }, (_, at) => block({ flag: '1', name: `${at}`, linkname: 'x' })),
        block({ name: '.wh.x' }),
      ),
    0,
    /^$/,
  ],
  [
    'a file that claims to be as large as the world',
    () => archive(block({ size: base256(1n << 52n, 12) })),
    1,
    /cut off/,
  ],
];

for (const [what, layer, status, words] of layers) {
  test(`is not held up by: ${what}`, { timeout: 30_000 }, async (t) => {
    const path = join(await folder(t), 'layer.tar');
    writeFileSync(path, layer());
    const heap = { NODE_OPTIONS: '--max-old-space-size=120' };
    const outcome = await tried(['squash', path, '-o', '/dev/null'], { env: heap, limit: 8000 });
    assert.match(outcome.stderr, words);
    assert.equal(outcome.status, status);
  });
}
