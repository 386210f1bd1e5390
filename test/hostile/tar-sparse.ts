import { archive, base256, block, body, file, GNU, octal, pax } from '../tar/blocks.ts';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';

/*
 * GNU's sparse files in their four dialects, right and wrong. After Go's gnu-sparse*.tar, pax-sparse*.tar,
 * sparse-formats.tar and issue10968/11169/12435, and libarchive's test_read_format_gtar_sparse.
 */

type Stretch = readonly [offset: number | bigint, size: number | bigint];

const field = (value: number | bigint) =>
  BigInt(value) < 1n << 33n ? octal(Number(value), 12) : base256(BigInt(value), 12);

/** The old dialect: the map in the header, 21 stretches in each block behind it. */
function old(stretches: readonly Stretch[], size: number | bigint, stored: number, claims = stored): Buffer {
  const at = (list: readonly Stretch[], from: number): [number, Buffer | string][] =>
    list.flatMap(([offset, length], index) => [
      [from + index * 24, field(offset)],
      [from + index * 24 + 12, field(length)],
    ]);
  const rest = stretches.slice(4);
  const header = block({
    name: 'x',
    flag: 'S',
    magic: GNU,
    size: octal(claims, 12),
    more: [...at(stretches.slice(0, 4), 386), [482, rest.length > 0 ? '\x01' : '\0'], [483, field(size)]],
  });
  const blocks: Buffer[] = [];
  for (let from = 0; from < rest.length; from += 21) {
    const more = Buffer.alloc(512);
    for (const [offset, value] of at(rest.slice(from, from + 21), 0)) Buffer.from(value).copy(more, offset);
    more[504] = from + 21 < rest.length ? 1 : 0;
    blocks.push(more);
  }
  return Buffer.concat([header, ...blocks, body('d'.repeat(stored))]);
}

const zero =
  (records: [string, string][], stored: number, name = 'x') =>
  () =>
    archive(pax(records), block({ name, size: octal(stored, 12) }), body('d'.repeat(stored)));

const one =
  (map: string, realsize: string, stored: number, more: [string, string][] = []) =>
  () => {
    const content = Buffer.concat([body(map), Buffer.from('d'.repeat(stored))]);
    const records: [string, string][] = [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'x'],
      ['GNU.sparse.realsize', realsize],
      ...more,
    ];
    return archive(pax(records), block({ name: 'GNUSparseFile.0/x', size: octal(content.length, 12) }), body(content));
  };

const is = (size: number, content?: string) =>
  taken({ entries: ['x'], facts: { x: { type: 'file', size, ...(content !== undefined && { content }) } } });
const wrong = refused(/sparse/);
const hole = (size: number) => '\0'.repeat(size);

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

const broken: Row[] = [
  [
    'old: stretches that overlap',
    () =>
      archive(
        old(
          [
            [0, 5],
            [2, 5],
          ],
          100,
          10,
        ),
      ),
    wrong,
    'Go: issue11169',
  ],
  [
    'old: stretches out of order',
    () =>
      archive(
        old(
          [
            [50, 5],
            [0, 5],
          ],
          100,
          10,
        ),
      ),
    wrong,
    'Go',
  ],
  ['old: a stretch past the end', () => archive(old([[98, 5]], 100, 5)), wrong, 'Go'],
  ['old: more data than is stored', () => archive(old([[0, 50]], 100, 5)), refused(/sparse|cut off/), 'Go'],
  ['old: less data than is stored', () => archive(old([[0, 5]], 100, 50)), wrong, 'Go'],
  ['old: a negative size', () => archive(old([[0, 5]], -5n, 5)), refused(/sparse|size|negative/), 'Go'],
  ['old: a negative offset', () => archive(old([[-8n, 5]], 100, 5)), refused(/sparse|negative/), 'Go'],
  [
    'old: an offset that overflows',
    () => archive(old([[(1n << 63n) - 1n, 5]], 100, 5)),
    refused(/sparse|range/),
    'Go: issue12435',
  ],
  [
    'old: more of the map without end',
    () =>
      block({
        name: 'x',
        flag: 'S',
        magic: GNU,
        more: [
          [482, '\x01'],
          [483, octal(9, 12)],
        ],
      }),
    refused(/cut off|sparse/),
    'Go',
  ],
  [
    '0.0: an offset without a size',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.offset', '1'],
      ],
      0,
    ),
    wrong,
    'Go',
  ],
  [
    '0.1: an odd number of numbers',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.map', '1,2,10'],
      ],
      2,
    ),
    wrong,
    'Go',
  ],
  [
    '0.1: a number that is none',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.map', '1,x'],
      ],
      2,
    ),
    wrong,
    'Go',
  ],
  [
    '0.1: a negative number',
    zero(
      [
        ['GNU.sparse.size', '20'],
        ['GNU.sparse.map', '-1,2'],
      ],
      2,
    ),
    wrong,
    'Go',
  ],
  [
    '0.1: a size that is no number',
    zero(
      [
        ['GNU.sparse.size', 'big'],
        ['GNU.sparse.map', '0,2'],
      ],
      2,
    ),
    wrong,
    'Go',
  ],
  [
    '1.0: no size',
    () => archive(pax([['GNU.sparse.major', '1']]), block({ name: 'x', size: octal(512, 12) }), body('1\n0\n5\n')),
    wrong,
    'Go',
  ],
  ['1.0: a map without its last line', one('2\n1\n2\n10\n', '20', 5), wrong, 'Go'],
  ['1.0: a map without a line feed', one('9'.repeat(512), '20', 5), wrong, 'Go'],
  ['1.0: a count past 2^53', one('99999999999999999999\n0\n5\n', '20', 5), wrong, 'Go'],
  ['1.0: a count of many millions', one('100000000\n0\n5\n', '20', 5), wrong, 'Go: issue10968'],
  ['1.0: a negative count', one('-1\n0\n5\n', '20', 5), wrong, 'Go'],
  ['1.0: lines of Windows', one('1\r\n0\r\n5\r\n', '20', 5), wrong, 'Go'],
  ['1.0: numbers with a sign', one('1\n+0\n5\n', '20', 5), wrong, 'Go'],
  [
    '1.0: a map that is larger than the body',
    () =>
      archive(
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.realsize', '9'],
        ]),
        block({ name: 'x', size: octal(5, 12) }),
        body('1\n0\n5\n'),
      ),
    wrong,
    'Go',
  ],
  [
    '2.0, which is not known',
    one('1\n0\n5\n', '5', 5, [['GNU.sparse.major', '2']]),
    either(/sparse/),
    'Go takes it as a plain file',
  ],
  [
    'a sparse symlink',
    () =>
      archive(
        pax([
          ['GNU.sparse.size', '20'],
          ['GNU.sparse.map', '0,2'],
        ]),
        block({ name: 'x', flag: '2', linkname: 't' }),
      ),
    either(/sparse/),
    'GNU tar',
  ],
];

/** What is not expanded may be told. */
const listed = { inspect: either(), 'inspect --list': either(), image: either() };

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
    () => {
      const map = `300000\n${'0\n0\n'.repeat(300_000)}`;
      return archive(
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.realsize', '0'],
        ]),
        block({ name: 'x', size: octal(body(map).length, 12) }),
        body(map),
      );
    },
    wrong,
    'ENGINEERING: maps over 1 MiB',
  ],
  [
    '1.0: a map of 255,000 empty stretches',
    () => {
      const map = `255000\n${'0\n0\n'.repeat(255_000)}`;
      return archive(
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.realsize', '0'],
        ]),
        block({ name: 'x', size: octal(body(map).length, 12) }),
        body(map),
      );
    },
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
  ...cases('tar: damaged sparse files', 'layer', broken),
  ...cases('tar: sparse claims', 'layer', claims),
];
