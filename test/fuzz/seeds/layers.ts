import { dialects, fits, type Item, item, tar, whiteout } from '../../peers/layer.ts';
import { archive, base256, block, body, file, GNU, long, octal, pax } from '../../tar/blocks.ts';

/** What a layer may have, each in the dialects that can say it. */
const items: Item[][] = [
  [item('file', 'a', { content: 'one' }), item('link', 'b', { target: 'a' }), item('symlink', 'c', { target: 'a' })],
  [item('directory', 'd/'), item('file', 'd/f', { content: 'x'.repeat(700) }), item('fifo', 'd/p'), whiteout('d/')],
  [item('symlink', 's', { target: 'd' }), item('directory', 'd/'), item('file', 's/f', { mode: 0o4755, uid: 1000 })],
  [whiteout('', 'a'), whiteout('d/', 'f'), item('file', 'e', { seconds: 5 })],
  [item('file', `${'long/'.repeat(30)}name`, { content: 'y' }), item('file', 'n'.repeat(120))],
  [item('symlink', 'l', { target: 't'.repeat(130) }), item('link', 'm', { target: `${'long/'.repeat(30)}name` })],
  [item('file', 'big', { uid: 3_000_000, gid: 4_000_000, content: 'z'.repeat(1500) })],
  [
    item('file', 'x', {
      fraction: '25',
      attributes: [
        ['user.a', 'v'],
        ['security.capability', '\x01\0\0\x02'],
      ],
    }),
  ],
];

/** Layers of every dialect, small. */
export function layers(): Buffer[] {
  const plain = dialects.flatMap((dialect) => {
    return items.filter((list) => list.every((one) => fits(one, dialect))).map((list) => tar({ dialect, items: list }));
  });
  return [...plain, ...sparse(), ...odd()];
}

/** The same sparse file in each of GNU's forms. */
function sparse(): Buffer[] {
  const stretches = (list: readonly (readonly [number, number])[], offset: number): [number, string][] =>
    list.flatMap(([at, size], index): [number, string][] => [
      [offset + 24 * index, octal(at, 12)],
      [offset + 24 * index + 12, octal(size, 12)],
    ]);
  const records = (version: string): [string, string][] => [
    ['GNU.sparse.major', version[0]!],
    ['GNU.sparse.minor', version[2]!],
    ['GNU.sparse.name', 'sparse'],
    ['GNU.sparse.realsize', '2000'],
  ];
  const map = body('2\n10\n5\n1995\n5\n');
  const zero: [string, string][] = [
    ['GNU.sparse.size', '2000'],
    ['GNU.sparse.numblocks', '2'],
    ...[
      ['10', '5'],
      ['1995', '5'],
    ].flatMap(([at, size]): [string, string][] => [
      ['GNU.sparse.offset', at!],
      ['GNU.sparse.numbytes', size!],
    ]),
  ];
  return [
    archive(
      block({
        name: 'old',
        flag: 'S',
        magic: GNU,
        size: octal(10, 12),
        more: [
          ...stretches(
            [
              [10, 5],
              [1995, 5],
            ],
            386,
          ),
          [483, octal(2000, 12)],
        ],
      }),
      body('abcdefghij'),
    ),
    archive(
      block({
        name: 'older',
        flag: 'S',
        magic: GNU,
        size: octal(12, 12),
        more: [
          ...stretches(
            [
              [0, 2],
              [10, 2],
              [20, 2],
              [30, 2],
            ],
            386,
          ),
          [482, '\x01'],
          [483, octal(2000, 12)],
        ],
      }),
      (() => {
        const more = Buffer.alloc(512);
        for (const [at, value] of stretches(
          [
            [40, 2],
            [50, 2],
          ],
          0,
        ))
          more.write(value, at, 'latin1');
        return more;
      })(),
      body('abcdefghijkl'),
    ),
    archive(pax(zero), file('abcdefghij', { name: 'zero' })),
    archive(pax([...zero.slice(0, 2), ['GNU.sparse.map', '10,5,1995,5']]), file('abcdefghij', { name: 'one' })),
    archive(pax(records('1.0')), block({ name: 'two', size: octal(522, 12) }), map, body('abcdefghij')),
  ];
}

/** What good writers seldom write, and what readers must take all the same. */
function odd(): Buffer[] {
  return [
    archive(),
    archive(
      pax(
        [
          ['comment', 'all'],
          ['uid', '7'],
        ],
        'g',
      ),
      file('x', { name: 'g' }),
      pax([['uid', '']], 'x'),
      file('y', { name: 'h' }),
    ),
    archive(long('L', 'q'.repeat(150)), long('K', 'r'.repeat(150)), file('', { flag: '2', name: 'q', linkname: 'r' })),
    archive(file('v7', { name: 'v7', flag: '\0', magic: '\0\0\0\0\0\0\0\0' }), block({ name: 'dir/', flag: '0' })),
    archive(
      block({ name: 'dev', flag: '3', devmajor: octal(1, 8), devminor: octal(3, 8) }),
      block({ name: 'blk', flag: '4' }),
    ),
    archive(
      block({ name: 'neg', mtime: base256(-5n, 12), uid: base256(70_000n, 8), magic: GNU }),
      file('7', { name: 'c', flag: '7' }),
    ),
    archive(
      pax([
        ['mtime', '-1.5'],
        ['path', '\xff\xfe'],
        ['hdrcharset', 'BINARY'],
        ['SCHILY.devmajor', '9'],
      ]),
      file('t'),
    ),
    archive(
      pax([
        ['LIBARCHIVE.xattr.user.%41', 'AQI='],
        ['SCHILY.xattr.user.e', ''],
      ]),
      file('u', { checksum: 'signed', name: 'ü' }),
    ),
    archive(
      file('k'.repeat(70_000), { name: 'large' }),
      file('', { name: 'linked', flag: '1', linkname: 'large', size: octal(70_000, 12) }),
    ),
  ];
}
