import { archive, base256, block, type Fields, file, GNU, octal } from '../tar/blocks.ts';
import { type Case, cases, either, holding, type Must, type Row, refused, taken } from './case.ts';

/*
 * Header blocks of layers: the numbers, checksums and dialects that are there, and such as no good writer makes. After
 * the tables of Go's archive/tar and CPython's tarfile.
 */

/** A header whose checksum field is written by hand. */
function summed(write: (sum: number) => string, fields: Fields = {}): Buffer {
  const bytes = block(fields);
  const sum = Number.parseInt(bytes.toString('latin1', 148, 154), 8);
  bytes.write(write(sum).padEnd(8, '\0'), 148, 8, 'latin1');
  return bytes;
}

const good = file('hello', { name: 'good' });
/** A good entry, and behind it one with these fields. */
const then = (fields: Fields) => () => archive(good, block({ name: 'x', ...fields }));
const alone = (fields: Fields) => () => archive(block({ name: 'x', ...fields }));

const fact = (fact: NonNullable<NonNullable<Extract<Must, { kind: 'taken' }>['result']['facts']>[string]>) =>
  taken({ entries: ['x'], facts: { x: fact } });

const dialects: Row[] = [
  ['v7, without a magic', () => archive(file('hi', { name: 'a', magic: '', uname: 'x' })), holding('a'), 'GNU tar'],
  ['v7: a directory by its slash', alone({ name: 'd/', magic: '', flag: '\0' }), holding('d/'), 'GNU tar'],
  ['a NUL as the type of a file', alone({ flag: '\0' }), holding('x'), 'POSIX'],
  ['a contiguous file', () => archive(file('hi', { name: 'a', flag: '7' })), holding('a'), 'POSIX'],
  ['GNU, with times where ustar has a prefix', alone({ magic: GNU, prefix: '14000000000' }), holding('x'), 'GNU tar'],
  ['ustar with a prefix', alone({ prefix: 'd/e' }), holding('d/e/x'), 'POSIX'],
  [
    'star: a shorter prefix, and times behind it',
    alone({
      prefix: 'd',
      more: [
        [476, '14000000000\0'],
        [488, '14000000000\0'],
        [508, 'tar\0'],
      ],
    }),
    holding('d/x'),
    'Go: star.tar',
  ],
  ['a ustar version that is none', alone({ magic: 'ustar\x00xx' }), holding('x'), 'bsdtar, Python'],
  ['a name of 100 bytes without an end', alone({ name: 'n'.repeat(100) }), holding('n'.repeat(100)), 'POSIX'],
  [
    'a prefix of 155 bytes without an end',
    alone({ prefix: 'p'.repeat(155) }),
    holding(`${'p'.repeat(155)}/x`),
    'POSIX',
  ],
  [
    'a target of 100 bytes without an end',
    alone({ flag: '2', linkname: 't'.repeat(100) }),
    fact({ type: 'symlink', target: 't'.repeat(100) }),
    'POSIX',
  ],
  ['owners of 32 bytes without an end', alone({ uname: 'u'.repeat(32), gname: 'g'.repeat(32) }), holding('x'), 'POSIX'],
  ['bytes behind the end of a name', alone({ name: 'x\0garbage' }), holding('x'), 'GNU tar'],
  ['bytes in the unused end of a header', alone({ more: [[500, 'garbage!']] }), holding('x'), 'GNU tar'],
  [
    'the size of a file on a directory',
    then({ name: 'd', flag: '5', size: octal(9999, 12) }),
    holding('d/', 'good'),
    'Go: hdr-only.tar',
  ],
  [
    'the size of a file on a symlink',
    then({ flag: '2', linkname: 't', size: octal(9999, 12) }),
    holding('good', 'x'),
    'Go: hdr-only.tar',
  ],
  [
    'the size of a file on a hard link',
    then({ flag: '1', linkname: 'good', size: octal(5, 12) }),
    holding('good', 'x'),
    'Go: hdr-only.tar',
  ],
  [
    'the size of a file on a FIFO',
    then({ flag: '6', size: octal(9999, 12) }),
    holding('good', 'x'),
    'Go: hdr-only.tar',
  ],
  [
    'the size of a file on a device',
    then({ flag: '3', size: octal(9999, 12) }),
    holding('good', 'x'),
    'Go: hdr-only.tar',
  ],
  [
    'a file and a directory of one name',
    then({ name: 'good', flag: '5' }),
    holding('good/', 'good/.wh..wh..opq'),
    'Go: file-and-dir.tar',
  ],
];

const sums: Row[] = [
  ['a checksum of signed bytes', alone({ name: '\xff\xfe', checksum: 'signed' }), taken(), 'GNU tar, Go'],
  [
    'a checksum with blanks in front',
    () => archive(summed((sum) => ` ${sum.toString(8)} \0`)),
    holding('file'),
    'GNU tar',
  ],
  [
    'a checksum of seven digits',
    () => archive(summed((sum) => `${sum.toString(8).padStart(7, '0')}\0`)),
    holding('file'),
    'GNU tar',
  ],
  ['a checksum that is wrong by one', alone({ checksum: 'wrong' }), refused(/checksum|not a tar/), 'GNU tar'],
  ['a checksum that is wrong further on', then({ checksum: 'wrong' }), refused(/1024.*checksum/), 'GNU tar'],
  ['a checksum of blanks', () => archive(summed(() => '        ')), refused(/checksum|not a tar/), 'GNU tar'],
  ['a checksum of NULs', () => archive(summed(() => '')), refused(/checksum|not a tar/), 'GNU tar'],
  ['a checksum that is no number', () => archive(summed(() => 'checksum')), refused(/checksum|not a tar/), 'GNU tar'],
  ['a checksum in decimal', () => archive(summed((sum) => String(sum))), refused(/checksum|not a tar/), 'GNU tar'],
  [
    'a checksum with a sign',
    () => archive(summed((sum) => `-${sum.toString(8)}`)),
    refused(/checksum|not a tar/),
    'GNU tar',
  ],
];

const numbers: Row[] = [
  ['a mode with the type of the file', alone({ mode: '0100755\0' }), fact({ mode: 0o755 }), 'GNU tar'],
  ['a mode of blanks', alone({ mode: '        ' }), fact({ mode: 0 }), 'Python'],
  ['a mode without an end', alone({ mode: '00000644' }), fact({ mode: 0o644 }), 'GNU tar'],
  ['a mode with blanks around', alone({ mode: '  644 \0' }), fact({ mode: 0o644 }), 'GNU tar'],
  ['a mode with setuid, setgid and sticky', alone({ mode: '0007777\0' }), fact({ mode: 0o7777 }), 'POSIX'],
  ['an owner of blanks', alone({ uid: '        ', gid: '\0' }), fact({ uid: 0, gid: 0 }), 'Go: nil-uid.tar'],
  ['an owner in base 256', alone({ uid: base256(2_000_000_000n, 8) }), fact({ uid: 2_000_000_000 }), 'GNU tar'],
  ['an owner that only PAX can say', alone({ uid: base256(4_294_967_294n, 8) }), fact({ uid: 4_294_967_294 }), 'Go'],
  ['an owner past 32 bits', alone({ uid: base256(1n << 40n, 8) }), refused(/owner|uid/), 'GNU tar; Linux: 32 bits'],
  ['a negative owner', alone({ uid: base256(-2n, 8) }), either(/owner|uid/), 'GNU tar takes nobody'],
  ['an owner past 2^53', alone({ uid: base256(1n << 54n, 8) }), refused(/uid|owner|range/), 'GNU tar'],
  [
    'a size in base 256',
    () => archive(block({ name: 'x', size: base256(5n, 12) }), file('hello').subarray(512)),
    fact({ size: 5, content: 'hello' }),
    'GNU tar',
  ],
  ['a time before 1970', alone({ mtime: base256(-1n, 12) }), fact({ mtime: '-1' }), 'GNU tar'],
  ['a time past the year 2242', alone({ mtime: base256(1n << 40n, 12) }), fact({ mtime: `${2 ** 40}` }), 'GNU tar'],
  ['a time past 2^53', alone({ mtime: base256(1n << 60n, 12) }), either(/mtime|range|time/), 'GNU tar refuses'],
  [
    'a device with large numbers',
    alone({ flag: '3', devmajor: octal(4095, 8), devminor: octal(1048575, 8) }),
    fact({ type: 'character-device' }),
    'GNU tar',
  ],
  ['a device without numbers', alone({ flag: '4' }), fact({ type: 'block-device' }), 'bsdtar'],
  ['a device number that is none', alone({ flag: '3', devmajor: 'zz' }), refused(/device/), 'Go'],
  ['a mode that is not octal', alone({ mode: '8888888\0' }), refused(/mode/), 'Go, Python'],
  ['an owner that is a word', alone({ uid: 'nobody\0\0' }), refused(/uid|owner/), 'Go, Python'],
  ['a number with bytes behind it', alone({ gid: '12x4567\0' }), refused(/gid|group/), 'Go, Python'],
  ['a time that is no number', alone({ mtime: 'yesterday!\0\0' }), refused(/mtime|time/), 'Go, Python'],
  ['a size that is no number', alone({ size: '0000000008x\0' }), refused(/size/), 'Go, Python'],
  ['a size with a sign', alone({ size: '-0000000001\0' }), refused(/size/), 'Go: neg-size.tar'],
  ['a negative size in base 256', alone({ size: base256(-512n, 12) }), refused(/size/), 'Go: neg-size.tar'],
  ['a size past 2^53', alone({ size: base256(1n << 60n, 12) }), refused(/size|range/), 'Go'],
  ['a size past 2^64', alone({ size: base256(1n << 90n, 12) }), refused(/size|range/), 'Go: issue12435'],
  ['a size of 2^52 that is not there', alone({ size: base256(1n << 52n, 12) }), refused(/cut off/), 'GNU tar'],
  ['a size of 8 GiB that is not there', alone({ size: base256(1n << 33n, 12) }), refused(/cut off/), 'GNU tar'],
  [
    'a size one byte too large',
    () => archive(block({ name: 'x', size: octal(513, 12) }), Buffer.alloc(512, 'y')).subarray(0, 1024 + 100),
    refused(/cut off/),
    'GNU tar',
  ],
];

export const tarHeaders: Case[] = [
  ...cases('tar: dialects', 'layer', dialects),
  ...cases('tar: checksums', 'layer', sums),
  ...cases('tar: numbers', 'layer', numbers),
];
