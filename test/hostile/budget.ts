import { archive, block, END, file, GNU, long, octal, pax } from '../tar/blocks.ts';
import { type Bytes, type Case, cases, either, joined, type Row, refused, repeated, taken } from './case.ts';

/*
 * Small layers that would take a careless reader minutes, gigabytes or a disk. What a case claims is streamed, so that
 * none of it is held here either.
 */

const many = (count: number, make: (at: number) => Buffer): (() => Bytes) =>
  function* () {
    for (let at = 0; at < count; at++) yield make(at);
    yield END;
  };
const x = block({ name: 'x' });
const tooMany = refused(/1 MiB|too many|extended|header|long/);
const comment = pax([['comment', 'z'.repeat(1_000_000)]]);
const noise = 'y'.repeat(1_000_000);
const slashes = (count: number) => `${'/'.repeat(count)}x`;
const link = (name: string, target: string) =>
  Buffer.concat([long('K', target), block({ name, flag: '2', magic: GNU })]);
const deepPath = 'd/'.repeat(1000);
const deep = (name: string, fields = {}) => Buffer.concat([long('L', name), block({ magic: GNU, ...fields })]);

const headers: Row[] = [
  [
    '130,000 extended headers of size 0',
    () => joined(repeated(block({ flag: 'x' }), 130_000), x, END),
    tooMany,
    'issue: 8.6 MB gz, 2.5 GB',
  ],
  [
    '130,000 long names of size 0',
    () => joined(repeated(block({ flag: 'L', magic: GNU }), 130_000), x, END),
    tooMany,
    'issue',
  ],
  [
    '130,000 global headers of size 0',
    () => joined(repeated(block({ flag: 'g' }), 130_000), x, END),
    either(/1 MiB|too many|global/),
    'issue',
  ],
  [
    '50,000 extended headers of a file',
    () => joined(repeated(pax([['comment', 'c']]), 50_000), x, END),
    tooMany,
    'issue: over 20 s',
  ],
  [
    '50,000 long names of a file',
    () => joined(repeated(long('L', 'name'), 50_000), x, END),
    tooMany,
    'issue: over 20 s',
  ],
  [
    '50,000 long targets of a file',
    () => joined(repeated(long('K', 'name'), 50_000), x, END),
    tooMany,
    'issue: over 20 s',
  ],
  [
    '300 extended headers of 1 MB',
    () => joined(repeated(comment, 300), x, END),
    refused(/1 MiB|extended/),
    'ENGINEERING',
  ],
  [
    '300 global headers of 1 MB',
    many(300, (at) => pax([[`key${at}`, noise]], 'g')),
    refused(/1 MiB|global/),
    'ENGINEERING',
  ],
  [
    'global records for each of 20,000 files',
    () =>
      joined(
        pax(
          Array.from({ length: 40_000 }, (_, at) => [`V.${at}`, 'value'] as const),
          'g',
        ),
        many(20_000, (at) => block({ name: `f${at}` }))(),
      ),
    either(/1 MiB|global|too many/),
    'issue: 812 KB, 40 s',
  ],
  [
    'global records for 20,000 files with records of their own',
    () =>
      joined(
        pax(
          Array.from({ length: 40_000 }, (_, at) => [`V.${at}`, 'value'] as const),
          'g',
        ),
        many(20_000, (at) => Buffer.concat([pax([['mtime', '1.5']]), block({ name: `f${at}` })]))(),
      ),
    either(/1 MiB|global|too many/),
    'issue: 812 KB, 40 s',
  ],
  [
    '20,000 global headers that change a key',
    many(20_000, (at) =>
      Buffer.concat([pax([['comment', `${at}`.padStart(40, '0')]], 'g'), block({ name: `f${at}` })]),
    ),
    either(/1 MiB|global|too many/),
    'git archives joined',
  ],
  [
    '20,000 files with an xattr',
    many(20_000, (at) => Buffer.concat([pax([['SCHILY.xattr.user.a', 'v'.repeat(100)]]), block({ name: `f${at}` })])),
    taken(),
    'GNU tar',
  ],
  [
    'an extended header of 100,000 records',
    () => archive(pax(Array.from({ length: 60_000 }, (_, at) => [`V.${at}`, 'v'] as const)), x),
    either(/1 MiB|extended|too many/, { entries: ['x'] }),
    'Go takes it',
  ],
];

const paths: Row[] = [
  [
    'a name of 900,000 slashes',
    () => archive(pax([['path', slashes(900_000)]]), x),
    either(/long|4,?096/, { entries: ['x'] }),
    'issue: 861 bytes, 33 s',
  ],
  [
    'a directory of 900,000 slashes behind',
    () => archive(pax([['path', `x${'/'.repeat(900_000)}`]]), block({ flag: '5' })),
    either(/long|4,?096/, { entries: ['x/'] }),
    'issue: quadratic',
  ],
  [
    'a name of 900,000 dots',
    () => archive(pax([['path', './'.repeat(450_000)]]), x),
    either(/long|4,?096|root/),
    'issue: quadratic',
  ],
  [
    'a target of 900,000 slashes',
    () => archive(pax([['linkpath', slashes(900_000)]]), block({ name: 'x', flag: '2' })),
    either(/long|4,?09/),
    'issue: quadratic',
  ],
  [
    'an owner of 900,000 bytes',
    () => archive(pax([['uname', noise.slice(0, 900_000)]]), x),
    either(/long|name|owner/),
    'Linux: 32',
  ],
  [
    '20,000 files through a symlink of 2,000 steps',
    () => joined(link('s', `${'a/'.repeat(2000)}a`), many(20_000, (at) => block({ name: `s/${at}` }))()),
    taken(),
    'issue: 1 MB, 15 s',
    { honest: 200_000_000 },
  ],
  [
    '2,000 files through a symlink that goes 1,000 up and down again',
    () =>
      joined(
        deep(deepPath, { flag: '5' }),
        deep(`${deepPath}s`, { flag: '2', linkname: 't' }),
        many(2000, (at) => deep(`${deepPath}s/${at}`))(),
      ),
    taken(),
    'issue: 725 KB, 37 s',
  ],
  [
    '2,000 files through a symlink of 1,000 steps up, deep below',
    () =>
      joined(
        deep(deepPath, { flag: '5' }),
        long('L', `${deepPath}s`),
        long('K', `${'../'.repeat(1000)}t`),
        block({ flag: '2', magic: GNU }),
        many(2000, (at) => deep(`${deepPath}s/${at}`))(),
      ),
    taken(),
    'issue: 725 KB, 37 s',
  ],
  ['a directory of 2,000 levels', () => archive(deep('d/'.repeat(2000), { flag: '5' })), taken(), 'Linux'],
  ['100,000 files in a directory', many(100_000, (at) => block({ name: `d/${at}` })), taken(), 'GNU tar'],
  [
    '20,000 directories, each in its own',
    many(1000, (at) => deep('d/'.repeat(at + 1), { flag: '5' })),
    taken(),
    'GNU tar',
  ],
];

const marks: Row[] = [
  [
    '20,000 files and as many opaque whiteouts',
    function* () {
      for (let at = 0; at < 20_000; at++) yield block({ name: `d/${at}` });
      yield* repeated(block({ name: 'd/.wh..wh..opq' }), 20_000);
      yield END;
    },
    taken({ has: ['d/.wh..wh..opq', 'd/1'] }),
    'docker',
  ],
  [
    '40,000 hard links that wait for each other',
    many(40_001, (at) =>
      at < 40_000 ? block({ flag: '1', name: `${at}`, linkname: `${at + 1}` }) : block({ name: '.wh.40000' }),
    ),
    taken(),
    'contract',
  ],
  [
    '40,000 hard links to a file that is removed',
    many(40_001, (at) => (at < 40_000 ? block({ flag: '1', name: `${at}`, linkname: 'x' }) : block({ name: '.wh.x' }))),
    taken(),
    'contract',
  ],
  [
    '2,000 hard links from deep below to files that are replaced',
    many(4000, (at) =>
      at < 2000 ? deep(`${deepPath}${at}`, { flag: '1', linkname: `f${at}` }) : block({ name: `f${at - 2000}` }),
    ),
    taken(),
    'issue: every prefix hashed, 33 s',
  ],
  [
    '40,000 hard links in a row',
    many(40_000, (at) =>
      at === 0 ? block({ name: '0' }) : block({ flag: '1', name: `${at}`, linkname: `${at - 1}` }),
    ),
    taken(),
    'GNU tar',
  ],
  [
    '40,000 symlinks in a row',
    many(40_000, (at) => block({ flag: '2', name: `${at}`, linkname: `${at + 1}` })),
    taken(),
    'GNU tar',
  ],
  [
    '20,000 files of one name',
    many(20_000, () => file('again', { name: 'x' })),
    taken({ entries: ['x'] }),
    'contract: the last',
  ],
];

const bodies: Row[] = [
  [
    '100 MB of zeros',
    () => joined(block({ name: 'x', size: octal(100_000_000, 12) }), repeated(Buffer.alloc(1 << 16), 1526), END),
    taken(),
    'GNU tar',
    { honest: 101_000_000 },
  ],
  [
    '100 MB behind the end',
    () => joined(file('hi', { name: 'x' }), END, repeated(Buffer.alloc(1 << 16, 'x'), 1526)),
    taken({ entries: ['x'] }),
    'contract',
    { honest: 101_000_000 },
  ],
  [
    '100 MB of a body that is cut off',
    () => joined(block({ name: 'x', size: octal(110_000_000, 12) }), repeated(Buffer.alloc(1 << 16), 1526)),
    refused(/cut off/),
    'GNU tar',
    { honest: 101_000_000 },
  ],
];

export const budget: Case[] = [
  ...cases('budget: headers', 'layer', headers),
  ...cases('budget: paths', 'layer', paths),
  ...cases('budget: marks and links', 'layer', marks),
  ...cases('budget: bodies', 'layer', bodies),
];
