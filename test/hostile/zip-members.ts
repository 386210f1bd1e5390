import { deflateRawSync } from 'node:zlib';
import { type Case, cases, either, type Row, refused } from './case.ts';
import { bad, first, init, more, shaped } from './zip-words.ts';
import { u64, wheel, zip } from './zips.ts';

/* Members of zip archives: what their local headers, their sizes and their bytes say, and what stands between them. */

const members: Row[] = [
  ['a wrong CRC', first({ crc: 1 }), bad, 'Python: testzip'],
  ['a wrong size', first({ size: 5 }), bad, 'Python'],
  ['a size that is too large', first({ size: 50_000_000 }), bad, 'Python takes it, unzip does not'],
  ['a packed size that is too small', first({ packed: 3 }), bad, 'Python'],
  ['a packed size that goes past the end', first({ packed: 50_000_000 }), bad, 'Python takes it, unzip does not'],
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
    bad,
    'two readings: Python 3.12 takes that name where the checksum fits',
  ],
  [
    'a zip64 field that says another size',
    first({
      size: 0xffffffff,
      packed: 0xffffffff,
      extra: Buffer.concat([Buffer.from([1, 0, 16, 0]), u64(1n << 50n, 1n << 50n)]),
    }),
    bad,
    'Python takes it, unzip does not',
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
    bad,
    'Python: Corrupt extra field',
  ],
];

export const zipMembers: Case[] = cases('zip: members', 'wheel', members);
