import type { Random } from '../../peers/random.ts';
import { base256, file, GNU, long, octal, POSIX, pax } from '../../tar/blocks.ts';
import { mutateBytes, spliced } from './bytes.ts';

const BLOCK = 512;

/** Names that mean something: whiteouts, AUFS's books, climbing, roots, and those that are long. */
export const names = [
  ...['a', 'a/', 'a/b', 'a/b/c', 'd/', 'd/f', './', '.', '/', '..', '../a', 'a/..', 'a/../..', './a', '//a', 'a//b'],
  ...[
    '.wh.a',
    'a/.wh.b',
    '.wh..wh..opq',
    'a/.wh..wh..opq',
    '.wh.',
    '.wh..',
    '.wh...',
    '.wh..wh.aufs',
    '.wh..wh.plnk/1.2',
  ],
  ...[
    '__proto__',
    'constructor',
    '0',
    '\xff\xfe',
    'ä',
    '\xc3\xa4',
    'a\nb',
    'a\x1b[2Jb',
    ' ',
    '.wh.a/b',
    'manifest.json',
  ],
  ...['x'.repeat(99), 'x'.repeat(100), 'x'.repeat(101), 'x'.repeat(256), `${'d/'.repeat(60)}f`, 'y/'.repeat(130)],
];

const keys = [
  ...['path', 'linkpath', 'size', 'uid', 'gid', 'uname', 'gname', 'mtime', 'atime', 'ctime', 'comment', 'hdrcharset'],
  ...['SCHILY.xattr.user.a', 'SCHILY.xattr.security.capability', 'LIBARCHIVE.xattr.user.a', 'LIBARCHIVE.xattr.a%3Db'],
  ...[
    'SCHILY.devmajor',
    'SCHILY.devminor',
    'SCHILY.realsize',
    'SCHILY.acl.access',
    'RHT.security.selinux',
    '__proto__',
  ],
  ...['GNU.sparse.major', 'GNU.sparse.minor', 'GNU.sparse.name', 'GNU.sparse.realsize', 'GNU.sparse.size'],
  ...['GNU.sparse.map', 'GNU.sparse.offset', 'GNU.sparse.numbytes', 'GNU.sparse.numblocks', 'k\xe4y', '', ' ', '='],
];

const values = [
  ...[
    '',
    '0',
    '1',
    '-1',
    '5',
    '512',
    '1024',
    '2147483648',
    '4294967296',
    '9007199254740991',
    '9007199254740992',
    '1e9',
  ],
  ...['99999999999999999999', '1.5', '-1.5', '0.000000001', '-0', '1.', '.5', '0,5', '0,5,10,5', '0,0,5,0', 'BINARY'],
  ...['UTF-8', 'a\0b', 'a\nb', '30 path=x\n', 'x'.repeat(300), 'AQIDBA==', '\xff', '007', ' 7', '0x10', '1.0', '0.1'],
];

/** What may stand in a numeric field. */
const fields = [
  ...['', '0', '7', '777', '0000644', '1777', '7777777', '77777777777', '8', '-1', ' 12 ', '0x1', '1.5', 'abc', '\xff'],
];

const numbers = [
  0n,
  1n,
  -1n,
  511n,
  512n,
  1n << 31n,
  1n << 32n,
  1n << 33n,
  (1n << 53n) - 1n,
  1n << 53n,
  1n << 62n,
  -512n,
];

type Field = readonly [offset: number, width: number];

/** The numeric fields of a header, by offset and width, and those that are text. */
const numeric: readonly Field[] = [
  ...([100, 108, 116, 329, 337] as const).map((offset): Field => [offset, 8]),
  ...([124, 136, 386, 398, 483] as const).map((offset): Field => [offset, 12]),
];
const text: readonly Field[] = [
  [0, 100],
  [157, 100],
  [265, 32],
  [297, 32],
  [345, 155],
  [257, 8],
];

const flags = '01234567xgLKSVDMNAX\0Z';

/** Breaks a tar in one place: mostly such that its headers still have the right checksum. */
export function mutateTar(bytes: Buffer, dice: Random, other: Buffer): Buffer {
  const headers = headersOf(bytes);
  const at = dice.some(headers) ?? 0;
  switch (dice.below(12)) {
    case 0:
      return mutateBytes(bytes, dice, other, [...names, ...keys, ...values]);
    case 1:
      return blocksMoved(bytes, dice);
    case 2:
      return entriesMoved(bytes, dice, headers, other);
    case 3:
    case 4:
    case 5:
      return headers.length === 0 ? bytes : withField(bytes, at, dice);
    case 6:
      return recordsBroken(bytes, dice, at);
    case 7:
      return spliced(bytes, at, 0, extension(dice));
    case 8:
      return spliced(bytes, at, 0, file(dice.some(values)!, { name: dice.some(names)!.slice(0, 100) }));
    case 9:
      return spliced(
        bytes,
        at,
        0,
        file('', {
          flag: dice.pick(['1', '2']),
          name: dice.some(names)!.slice(0, 100),
          linkname: dice.some(names)!.slice(0, 100),
        }),
      );
    case 10:
      return Buffer.concat([bytes.subarray(0, Math.max(0, bytes.length - 1024)), other]);
    default:
      return bytes.subarray(0, BLOCK * dice.below(bytes.length / BLOCK + 1));
  }
}

/** Where a header stands, told by its magic. */
export function headersOf(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    if (bytes.toString('latin1', at + 257, at + 262) === 'ustar' || sumOf(bytes, at) === storedSum(bytes, at))
      found.push(at);
  }
  return found;
}

function storedSum(bytes: Buffer, at: number): number {
  return Number.parseInt(bytes.toString('latin1', at + 148, at + 154), 8);
}

function sumOf(bytes: Buffer, at: number): number {
  let sum = 8 * 0x20;
  for (let offset = 0; offset < BLOCK; offset++) if (offset < 148 || offset >= 156) sum += bytes[at + offset]!;
  return sum;
}

export function repaired(bytes: Buffer, at: number): Buffer {
  if (at + BLOCK <= bytes.length)
    bytes.write(`${sumOf(bytes, at).toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  return bytes;
}

function blocksMoved(bytes: Buffer, dice: Random): Buffer {
  const count = Math.floor(bytes.length / BLOCK);
  const from = BLOCK * dice.below(count + 1);
  const size = BLOCK * dice.pick([1, 1, 1, 2, 3]);
  const stretch = Buffer.from(bytes.subarray(from, from + size));
  const to = BLOCK * dice.below(count + 1);
  switch (dice.below(4)) {
    case 0:
      return spliced(bytes, from, size, Buffer.alloc(0));
    case 1:
      return spliced(bytes, to, 0, stretch);
    case 2:
      return spliced(bytes, to, stretch.length, stretch);
    default:
      return spliced(bytes, from, 0, Buffer.alloc(BLOCK));
  }
}

/** Takes what stands between two headers elsewhere, or away, or takes some of another tar in. */
function entriesMoved(bytes: Buffer, dice: Random, headers: readonly number[], other: Buffer): Buffer {
  const index = dice.below(headers.length + 1);
  const from = headers[index] ?? bytes.length;
  const end = headers[index + dice.pick([1, 1, 2, 3])] ?? bytes.length;
  const to = dice.some(headers) ?? 0;
  const stretch = Buffer.from(bytes.subarray(from, end));
  const others = headersOf(other);
  const foreign = dice.below(others.length + 1);
  switch (dice.below(3)) {
    case 0:
      return spliced(bytes, from, stretch.length, Buffer.alloc(0));
    case 1:
      return spliced(bytes, to, 0, stretch);
    default:
      return spliced(bytes, to, 0, other.subarray(others[foreign] ?? 0, others[foreign + 1] ?? other.length));
  }
}

/** Changes a field of a header, and repairs its checksum. */
function withField(bytes: Buffer, at: number, dice: Random): Buffer {
  const copy = Buffer.from(bytes);
  const put = (offset: number, width: number, value: Buffer): void => {
    copy.fill(0, at + offset, Math.min(copy.length, at + offset + width));
    value.copy(copy, at + offset, 0, width);
  };
  const kind = dice.below(5);
  const [offset, width] = dice.some(kind < 3 ? numeric : text)!;
  if (kind === 0) put(offset, width, Buffer.from(octal(dice.below(2048), width), 'latin1'));
  else if (kind === 1) put(offset, width, base256(dice.some(numbers)!, width));
  else if (kind === 2) put(offset, width, Buffer.from(dice.some(fields)!, 'latin1'));
  else if (kind === 3 && dice.chance(0.5)) put(156, 1, Buffer.from(flags[dice.below(flags.length)]!, 'latin1'));
  else if (offset === 257)
    put(offset, width, Buffer.from(dice.pick([POSIX, GNU, '\0\0\0\0\0\0\0\0', 'ustar']), 'latin1'));
  else put(offset, width, Buffer.from(dice.some(names)!, 'latin1'));
  return repaired(copy, at);
}

/** An extended header that the next entry gets, or all that follow. */
function extension(dice: Random): Buffer {
  if (dice.chance(0.25)) return long(dice.pick(['L', 'K']), dice.some([...names, ...values])!);
  const count = dice.pick([0, 1, 1, 2, 3, 4]);
  const records = Array.from({ length: count }, () => [dice.some(keys)!, dice.some([...values, ...names])!] as const);
  return pax(records, dice.pick(['x', 'x', 'x', 'g', 'X']));
}

/** Changes the body behind a header in place, where the records of an extended one are. */
function recordsBroken(bytes: Buffer, dice: Random, at: number): Buffer {
  const start = at + BLOCK;
  const size = Math.min(BLOCK, bytes.length - start);
  if (size <= 0) return bytes;
  const body = mutateBytes(bytes.subarray(start, start + size), dice, Buffer.alloc(0), [...keys, ...values]);
  const padded = Buffer.alloc(BLOCK);
  body.copy(padded);
  return spliced(bytes, start, size, padded);
}
