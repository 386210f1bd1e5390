import { archive, block, body, GNU, octal, pax } from '../tar/blocks.ts';
import { type Case, cases, either, type Row, refused } from './case.ts';
import { old, one, wrong, zero } from './sparse.ts';

/* Sparse files whose maps are wrong. After Go's issue10968, 11169 and 12435. */

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

export const tarSparseDamaged: Case[] = cases('tar: damaged sparse files', 'layer', broken);
