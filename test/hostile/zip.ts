import { type Case, cases, either, type Row, refused } from './case.ts';
import { bad, end, first, good, init, more, shaped, whole } from './zip-words.ts';
import { wheel, zip } from './zips.ts';

/*
 * The zip archives that wheels are, and their end records. After Go's archive/zip reader tests, CPython's test_zipfile,
 * and the differences between parsers that hide files.
 */

const right: Row[] = [
  ['a plain wheel', () => whole, good, 'pip'],
  [
    'members that are stored',
    () => wheel({ members: (list) => list.map((one) => ({ ...one, stored: true })) }),
    good,
    'pip',
  ],
  [
    'members written to a pipe',
    () => wheel({ members: (list) => list.map((one) => ({ ...one, streamed: true })) }),
    good,
    'pip; Go: go-with-datadesc-sig.zip',
  ],
  ['a comment', shaped({ comment: Buffer.from('hello') }), good, 'pip'],
  ['a comment of 65,535 bytes', shaped({ comment: Buffer.alloc(65535, 'c') }), good, 'Python'],
  ['a zip64 end record', shaped({ zip64: {} }), good, 'Python; Go: zip64.zip'],
  ['an extra field', first({ extra: Buffer.from('\xfe\xca\x02\x00ab', 'latin1') }), good, 'Python'],
  [
    'another extra field in the local header',
    first({ local: { extra: Buffer.from('\xfe\xca\x00\x00', 'latin1') } }),
    good,
    'Python',
  ],
  ['a directory', more({ name: 'demo/', mode: 0o40755, stored: true }), good, 'pip'],
  [
    'a name in code page 437',
    () =>
      wheel({ files: [{ name: init, content: 'x' }], members: (list) => list.map((one) => ({ ...one, flags: 0 })) }),
    good,
    'Python',
  ],
  ['a time before 1980', first({ date: 0, time: 0 }), good, 'Python'],
  ['a time that is none', first({ date: 0xffff, time: 0xffff }), good, 'Python'],
  ['a file of no bytes', () => wheel({ files: [{ name: init, content: '' }] }), good, 'pip'],
  [
    'a file of 5 MB of zeros',
    () => wheel({ files: [{ name: init, content: Buffer.alloc(5_000_000) }] }),
    good,
    'pip',
    { honest: 5_000_000 },
  ],
  [
    '3,000 members',
    () =>
      wheel({
        files: [
          { name: init, content: 'x' },
          ...Array.from({ length: 3000 }, (_, at) => ({ name: `demo/m${at}.py`, content: `${at}`, stored: true })),
        ],
      }),
    good,
    'pip',
  ],
];

const ends: Row[] = [
  ['nothing', () => Buffer.alloc(0), refused(/empty|directory/), 'Python'],
  ['text', () => Buffer.from('not a zip at all'.repeat(100)), bad, 'Python'],
  ['an end record alone', () => zip([]), refused(/zip|wheel/), 'pip'],
  [
    '22 bytes that point before the start',
    () => end('504b0506 0000 0000 0100 0100 ffffff7f ffffff7f 0000'),
    bad,
    'issue: an uncaught exception',
  ],
  [
    '22 bytes that claim 65,535 members',
    () => end('504b0506 0000 0000 ffff ffff 00000000 00000000 0000'),
    bad,
    'issue: 22 bytes',
  ],
  [
    '22 bytes that point to zip64',
    () => end('504b0506 0000 0000 ffff ffff ffffffff ffffffff 0000'),
    bad,
    'issue: 22 bytes',
  ],
  [
    '98 bytes of zip64 that claim 2^40 members',
    () => zip([], { zip64: { count: 1n << 40n } }),
    bad,
    'issue: never ends',
  ],
  [
    '98 bytes of zip64 that claim 2^63 members',
    () => zip([], { zip64: { count: 1n << 63n } }),
    bad,
    'issue: never ends',
  ],
  [
    '98 bytes of zip64 that claim a directory of 2^60',
    () => zip([], { zip64: { size: 1n << 60n, count: 1n } }),
    bad,
    'Python',
  ],
  ['a zip64 end record that is not there', shaped({ zip64: { at: 5n } }), bad, 'two readings: Python takes it'],
  ['a zip64 end record past the end', shaped({ zip64: { at: 1n << 62n } }), bad, 'two readings: Python takes it'],
  ['a zip64 directory past the end', shaped({ zip64: { offset: 1n << 62n } }), bad, 'Python'],
  ['a zip64 count that is too small', shaped({ zip64: { count: 1n } }), bad, 'Python sees the rest'],
  ['a count that is too small', shaped({ count: 1 }), bad, 'issue: Python sees the rest'],
  [
    'a count that hides the last member',
    () => wheel({ members: (list) => [...list, { name: 'evil.py', content: 'evil' }], shape: { count: 4, total: 4 } }),
    bad,
    'issue: Python sees it',
  ],
  ['a count of 0', shaped({ count: 0 }), bad, 'issue: Python sees them'],
  ['a count that is too large', shaped({ count: 5000 }), bad, 'two readings: Python takes it'],
  ['two counts', shaped({ total: 3 }), bad, 'two readings: Python takes it'],
  ['a directory size that is too small', shaped({ directorySize: 60 }), bad, 'Python'],
  ['a directory size that is too large', shaped({ directorySize: 60_000 }), bad, 'Python'],
  ['a directory that begins too late', shaped({ directoryOffset: 5 + whole.length }), bad, 'Python'],
  ['a directory that begins too early', shaped({ directoryOffset: 0 }), bad, 'Python: moved'],
  ['another disk', shaped({ disk: 1 }), either(/zip|disk/), 'unzip refuses, Python takes'],
  ['an end record that is cut off', () => whole.subarray(0, -1), bad, 'Python'],
  ['no end record', () => whole.subarray(0, -22), bad, 'Python'],
  ['half', () => whole.subarray(0, whole.length / 2), bad, 'Python'],
  ['bytes behind', shaped({ behind: Buffer.from('more') }), bad, 'two readings: Python takes it'],
  ['a comment that is another end record', shaped({ comment: zip([]) }), bad, 'two readings'],
  [
    'a comment that ends like the start of one',
    shaped({ comment: Buffer.from('PK\x05\x06', 'latin1') }),
    bad,
    'Python',
  ],
  [
    'a wheel behind a wheel',
    () => Buffer.concat([wheel({ files: [{ name: init, content: 'evil' }] }), whole]),
    bad,
    'two readings',
  ],
  [
    'a wheel in a comment',
    () => wheel({ shape: { comment: wheel({ files: [{ name: init, content: 'evil' }] }) } }),
    bad,
    'two readings',
  ],
  [
    'a program in front',
    shaped({ front: Buffer.from('#!/bin/sh\nexit 1\n') }),
    either(/zip|bytes|front/),
    'Python takes it',
  ],
];

export const zips: Case[] = [...cases('zip: right', 'wheel', right), ...cases('zip: ends', 'wheel', ends)];
