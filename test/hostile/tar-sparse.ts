import { archive, block, body, file, octal, pax } from '../tar/blocks.ts';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';
import { hole, is, listed, old, one, wrong, zero } from './sparse.ts';

/*
 * GNU's sparse files in their four dialects, and such as claim too much. After Go's gnu-sparse*.tar, pax-sparse*.tar and
 * sparse-formats.tar, and libarchive's test_read_format_gtar_sparse.
 */

/** A sparse file of dialect 1.0 without data: its map alone. */
function mapped(map: string): Buffer {
  return archive(
    pax([
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.realsize', '0'],
    ]),
    block({ name: 'x', size: octal(body(map).length, 12) }),
    body(map),
  );
}

const right: Row[] = [
  [
    'old: a stretch between holes',
    () =>
      archive(
        old(
          [
            [100, 5],
            [2000, 0],
          ],
          2000,
          5,
        ),
      ),
    is(2000, `${hole(100)}ddddd${hole(1895)}`),
    'GNU tar',
  ],
  ['old: holes alone', () => archive(old([[2000, 0]], 2000, 0)), is(2000, hole(2000)), 'Go: gnu-nil-sparse-hole.tar'],
  [
    'old: data alone',
    () => archive(old([[0, 1000]], 1000, 1000)),
    is(1000, 'd'.repeat(1000)),
    'Go: gnu-nil-sparse-data.tar',
  ],
  ['old: nothing', () => archive(old([], 0, 0)), is(0), 'GNU tar'],
  [
    'old: many stretches',
    () =>
      archive(
        old(
          Array.from({ length: 100 }, (_, at) => [at * 1000, 1] as const),
          100_000,
          100,
        ),
      ),
    is(100_000),
    'Go: gnu-multi-hdrs.tar',
  ],
  [
    '0.0',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.numblocks', '2'],
        ['GNU.sparse.offset', '1'],
        ['GNU.sparse.numbytes', '2'],
        ['GNU.sparse.offset', '10'],
        ['GNU.sparse.numbytes', '3'],
      ],
      5,
    ),
    is(20, `\0dd${hole(7)}ddd${hole(7)}`),
    'Go: sparse-formats.tar',
  ],
  [
    '0.1',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.numblocks', '2'],
        ['GNU.sparse.name', 'x'],
        ['GNU.sparse.map', '1,2,10,3'],
      ],
      5,
      'GNUSparseFile.0/x',
    ),
    is(20),
    'Go: sparse-formats.tar',
  ],
  ['1.0', one('2\n1\n2\n10\n3\n', '20', 5), is(20, `\0dd${hole(7)}ddd${hole(7)}`), 'Go: sparse-formats.tar'],
  ['1.0: holes alone', one('1\n20\n0\n', '20', 0), is(20, hole(20)), 'Go: pax-nil-sparse-hole.tar'],
  ['1.0: data alone', one('1\n0\n5\n', '5', 5), is(5, 'ddddd'), 'Go: pax-nil-sparse-data.tar'],
  ['1.0: a map of no stretches', one('0\n', '20', 0), is(20), 'Go'],
  [
    '1.0: a map of many lines',
    one(`20000\n${Array.from({ length: 20_000 }, (_, at) => `${at * 2}\n1\n`).join('')}`, '40000', 20_000),
    is(40_000),
    'GNU tar',
  ],
  [
    'a hole of 40 MB',
    () => archive(old([[40_000_000, 0]], 40_000_000, 0)),
    is(40_000_000),
    'GNU tar',
    { honest: 40_000_000 },
  ],
];

const claims: Row[] = [
  [
    'a hole of 3 GB',
    () => archive(old([[3_000_000_000, 0]], 3_000_000_000, 0)),
    either(/sparse/, { entries: ['x'] }),
    'issue: 3 GB in TMPDIR',
    { discard: true, but: { 'squash from pipe': 'skip', 'squash from gzip': 'skip', 'squash from zstd': 'skip' } },
  ],
  [
    'a hole of 2^53 - 1',
    () => archive(old([[2n ** 53n - 1n, 0]], 2n ** 53n - 1n, 0)),
    refused(/sparse/),
    'issue: fills the disk',
    { discard: true, but: listed },
  ],
  [
    '1.0: a hole of 2^53 - 1',
    one('1\n9007199254740991\n0\n', '9007199254740991', 0),
    refused(/sparse/),
    'issue: fills the disk',
    { discard: true, but: listed },
  ],
  [
    'a hundred holes of 8 GB',
    () => archive(...Array.from({ length: 100 }, () => old([[8_000_000_000, 0]], 8_000_000_000, 0))),
    either(/sparse/),
    'issue: sparse claims',
    { discard: true, but: { squash: refused(/sparse/) } },
  ],
  [
    '1.0: a map of 300,000 stretches',
    () => mapped(`300000\n${'0\n0\n'.repeat(300_000)}`),
    wrong,
    'ENGINEERING: maps over 1 MiB',
  ],
  [
    '1.0: a map of 255,000 empty stretches',
    () => mapped(`255000\n${'0\n0\n'.repeat(255_000)}`),
    either(/sparse/, { entries: ['x'] }),
    'GNU tar takes it',
  ],
  [
    'old: a map of 1.5 MiB',
    () =>
      archive(
        old(
          Array.from({ length: 65_000 }, () => [0, 0] as const),
          0,
          0,
        ),
      ),
    wrong,
    'ENGINEERING: maps over 1 MiB',
  ],
  [
    'files of one map of 4,000 stretches',
    () =>
      archive(
        ...Array.from({ length: 300 }, (_, at) =>
          Buffer.concat([
            pax([
              ['GNU.sparse.size', '8000'],
              ['GNU.sparse.name', `f${at}`],
              ['GNU.sparse.map', Array.from({ length: 4000 }, (_, index) => `${index * 2},1`).join(',')],
            ]),
            file('d'.repeat(4000), { name: 'x' }),
          ]),
        ),
      ),
    taken(),
    'GNU tar',
  ],
];

export const tarSparse: Case[] = [
  ...cases('tar: sparse files', 'layer', right),
  ...cases('tar: sparse claims', 'layer', claims),
];
