import { deflateRawSync } from 'node:zlib';
import { type Case, cases, either, type Row, refused, taken } from './case.ts';
import { type Member, type Shape, u64, wheel, zip } from './zips.ts';

/*
 * The zip archives that wheels are: the end records, the directory and the local headers at odds with each other. After
 * Go's archive/zip reader tests, CPython's test_zipfile, and the differences between parsers that hide files.
 */

const init = 'demo/__init__.py';
const shaped = (shape: Shape) => () => wheel({ shape });
/** A wheel whose first member is another. */
const first = (change: Partial<Member>) => () =>
  wheel({ members: ([one, ...rest]) => [{ ...one!, ...change }, ...rest] });
const more =
  (...members: Member[]) =>
  () =>
    wheel({ members: (list) => [...list, ...members] });
const end = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const bad = refused(
  /zip|wheel|RECORD|name|CRC|size|directory|member|damaged|overlap|twice|encrypted|method|cut off|header/,
);
const good = taken({ has: ['usr/local/lib/python3.12/site-packages/demo/__init__.py'] });
const whole = wheel();

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
  ['nothing', () => Buffer.alloc(0), bad, 'Python'],
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
  ['a zip64 end record that is not there', shaped({ zip64: { at: 5n } }), bad, 'Python'],
  ['a zip64 end record past the end', shaped({ zip64: { at: 1n << 62n } }), bad, 'Python'],
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
  ['a count that is too large', shaped({ count: 5000 }), bad, 'Go'],
  ['two counts', shaped({ total: 3 }), bad, 'Go'],
  ['a directory size that is too small', shaped({ directorySize: 60 }), bad, 'Python'],
  ['a directory size that is too large', shaped({ directorySize: 60_000 }), bad, 'Python'],
  ['a directory that begins too late', shaped({ directoryOffset: 5 + whole.length }), bad, 'Python'],
  ['a directory that begins too early', shaped({ directoryOffset: 0 }), bad, 'Python: moved'],
  ['another disk', shaped({ disk: 1 }), either(/zip|disk/), 'unzip refuses, Python takes'],
  ['an end record that is cut off', () => whole.subarray(0, -1), bad, 'Python'],
  ['no end record', () => whole.subarray(0, -22), bad, 'Python'],
  ['half', () => whole.subarray(0, whole.length / 2), bad, 'Python'],
  ['bytes behind', shaped({ behind: Buffer.from('more') }), bad, 'pip refuses most'],
  ['a comment that is another end record', shaped({ comment: zip([]) }), bad, 'two readings'],
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

const members: Row[] = [
  ['a wrong CRC', first({ crc: 1 }), bad, 'Python: testzip'],
  ['a wrong size', first({ size: 5 }), bad, 'Python'],
  ['a size that is too large', first({ size: 50_000_000 }), bad, 'Python'],
  ['a packed size that is too small', first({ packed: 3 }), bad, 'Python'],
  ['a packed size that goes past the end', first({ packed: 50_000_000 }), bad, 'Python'],
  ['another CRC in the local header', first({ local: { crc: 1 } }), either(/zip|header|CRC/), 'Python looks away'],
  ['another size in the local header', first({ local: { size: 1 } }), either(/zip/), 'Python looks away'],
  ['another name in the local header', first({ local: { name: 'demo/__evil__.py' } }), bad, 'Python: BadZipFile'],
  ['another method in the local header', first({ local: { method: 0 } }), bad, 'two readings'],
  ['a local header that is none', first({ local: { magic: 0 } }), bad, 'Python: BadZipFile'],
  ['an offset past the end', first({ offset: 10_000_000 }), bad, 'Python'],
  [
    'two members of the same bytes',
    () => wheel({ members: ([a, b, ...rest]) => [a!, { ...b!, offset: 0 }, ...rest] }),
    bad,
    'Python: overlap',
  ],
  ['an encrypted member', first({ flags: 0x801 }), bad, 'Python: RuntimeError'],
  ['strong encryption', first({ flags: 0x841 }), bad, 'Python'],
  ['patch data', first({ flags: 0x820 }), bad, 'Python: NotImplementedError'],
  ['bzip2', first({ method: 12 }), bad, 'contract'],
  ['a method that nobody has', first({ method: 99 }), bad, 'Python'],
  ['deflate of garbage', first({ bytes: Buffer.alloc(40, 0xff) }), bad, 'zlib'],
  ['deflate that is cut off', first({ bytes: deflateRawSync(Buffer.from('x = 1\n')).subarray(0, -2) }), bad, 'Python'],
  [
    'bytes behind the deflated ones',
    first({ bytes: Buffer.concat([deflateRawSync(Buffer.from('x = 1\n')), Buffer.from('hidden')]) }),
    either(/zip/),
    'Python looks away',
  ],
  ['100 MB in a member of 6 bytes', first({ bytes: deflateRawSync(Buffer.alloc(100_000_000)) }), bad, 'Python'],
  [
    'bytes between members',
    () => wheel({ members: ([a, b, ...rest]) => [a!, { ...b!, before: Buffer.from('hidden') }, ...rest] }),
    bad,
    'issue: two readings',
  ],
  [
    'a member that the directory leaves out',
    more({ name: 'evil.py', content: 'evil', hidden: true }),
    bad,
    'issue: unzip of a pipe sees it',
  ],
  [
    'a second directory',
    shaped({ middle: zip([{ name: 'evil.py', content: 'evil' }]).subarray(0, -22) }),
    bad,
    'issue: two readings',
  ],
  ['bytes before the directory', shaped({ middle: Buffer.alloc(100, 'x') }), bad, 'issue: two readings'],
  ['bytes behind the directory', shaped({ behindDirectory: Buffer.alloc(100, 'x') }), bad, 'two readings'],
  ['a member twice', more({ name: init, content: 'x = 2\n' }), bad, 'contract'],
  [
    'a member twice, the first one corrupt',
    () => wheel({ members: ([one, ...rest]) => [{ ...one!, crc: 1 }, ...rest, one!] }),
    bad,
    'issue: Python: testzip',
  ],
  [
    'a member twice, the second one corrupt',
    () => wheel({ members: (list) => [...list, { ...list[0]!, crc: 1 }] }),
    bad,
    'issue: Python: testzip',
  ],
  [
    'a file and a folder of one name',
    () =>
      wheel({
        files: [
          { name: 'x', content: '1' },
          { name: 'x/y', content: '2' },
        ],
      }),
    refused(/x/),
    'Linux',
  ],
  [
    'a name of 256 bytes',
    () => wheel({ files: [{ name: `demo/${'n'.repeat(253)}.py`, content: '' }] }),
    refused(/long|255|name/),
    'Linux: NAME_MAX',
  ],
  [
    'a name of 65,000 bytes',
    () => wheel({ files: [{ name: `demo/${'n/'.repeat(32_000)}x`, content: '' }] }),
    refused(/long|4,?096|name/),
    'Linux: PATH_MAX',
  ],
  ['no name', more({ name: '', content: 'x' }), refused(/name|zip|RECORD/), 'pip'],
  [
    'UTF-8 that is none',
    more({ name: Buffer.from('demo/\xff\xfe', 'latin1'), content: 'x' }),
    refused(/zip|UTF-8|name|RECORD/),
    'Python: UnicodeDecodeError',
  ],
  [
    'another name in a field of Unicode',
    first({ extra: Buffer.concat([Buffer.from('\x75\x70\x0c\x00\x01\0\0\0\0', 'latin1'), Buffer.from('evil.py')]) }),
    either(/zip|name/),
    'Python looks away',
  ],
  [
    'a zip64 field that says another size',
    first({
      size: 0xffffffff,
      packed: 0xffffffff,
      extra: Buffer.concat([Buffer.from([1, 0, 16, 0]), u64(1n << 50n, 1n << 50n)]),
    }),
    bad,
    'Python',
  ],
  [
    'a zip64 field that is cut off',
    first({ size: 0xffffffff, extra: Buffer.from([1, 0, 16, 0, 1]) }),
    bad,
    'Python: Corrupt extra field',
  ],
  [
    'extra fields that go past their end',
    first({ extra: Buffer.from([7, 7, 255, 255]) }),
    either(/zip|extra/),
    'Python 3.13 refuses',
  ],
];

export const zips: Case[] = [
  ...cases('zip: right', 'wheel', right),
  ...cases('zip: ends', 'wheel', ends),
  ...cases('zip: members', 'wheel', members),
];
