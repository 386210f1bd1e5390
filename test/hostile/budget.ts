import { archive, block, END, file, GNU, long, octal, pax } from '../tar/blocks.ts';
import { comment, many, noise, tooMany, x } from './budget-words.ts';
import { type Case, cases, either, joined, type Row, refused, repeated, taken } from './case.ts';

/*
 * Small layers that would take a careless reader minutes, gigabytes or a disk. What a case claims is streamed, so that
 * none of it is held here either.
 */

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
  ...cases('budget: bodies', 'layer', bodies),
];
