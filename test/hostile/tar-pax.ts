import { archive, base256, block, body, file, long, octal, pax, record } from '../tar/blocks.ts';
import { type Case, cases, either, holding, type Row, refused, taken } from './case.ts';

/*
 * Extended headers of PAX, in every dialect and damaged in every place. After Go's pax-*.tar, CPython's tests of
 * tarfile, and libarchive's test_read_format_tar_* and test_pax_*.
 */

const good = file('hello', { name: 'good' });
/** Raw bytes as an extended header, before a file that is called x. */
const raw = (text: string) => () =>
  archive(good, file(text, { name: 'PaxHeaders/x', flag: 'x' }), block({ name: 'x' }));
const told =
  (...records: [string, string][]) =>
  () =>
    archive(pax(records), block({ name: 'x' }));
const global = (...records: [string, string][]) => pax(records, 'g');
const only = (facts: object) => taken({ entries: ['x'], facts: { x: facts } });
const damaged = refused(/PAX|extended/);

const kept: Row[] = [
  ['a path', told(['path', 'd/long']), holding('d/long'), 'POSIX'],
  ['a path that is empty', told(['path', '']), holding('x'), 'POSIX'],
  ['a path that ends in a slash', told(['path', 'd/']), holding('d/'), 'Go: trailing-slash.tar'],
  ['a path twice', told(['path', 'a'], ['path', 'b']), holding('b'), 'GNU tar'],
  ['a path with a line feed', told(['path', 'a\nb']), holding('a\nb'), 'GNU tar'],
  ['a path that is not UTF-8', told(['hdrcharset', 'BINARY'], ['path', 'a\xff']), holding('a\xff'), 'POSIX'],
  ['a path in UTF-8', told(['path', 'h\xc3\xa4']), holding('h\xc3\xa4'), 'POSIX'],
  ['a charset by its name', told(['hdrcharset', 'ISO-IR 10646 2000 UTF-8'], ['path', 'y']), holding('y'), 'POSIX'],
  [
    'a target',
    () => archive(pax([['linkpath', 'there']]), block({ name: 'x', flag: '2', linkname: 't' })),
    only({ target: 'there' }),
    'POSIX',
  ],
  [
    'owners',
    told(['uid', '3000000'], ['gid', '4000000'], ['uname', 'me'], ['gname', 'us']),
    only({ uid: 3e6, gid: 4e6 }),
    'POSIX',
  ],
  [
    'a size',
    () => archive(pax([['size', '5']]), block({ name: 'x' }), body('hello')),
    only({ size: 5, content: 'hello' }),
    'Go: pax-pos-size-file.tar',
  ],
  [
    'a size, and a long name between',
    () => archive(pax([['size', '5']]), long('L', 'longer'), block({ name: 'x' }), body('hello')),
    holding('longer'),
    'ENGINEERING: never of an L',
  ],
  ['a fraction of a second', told(['mtime', '1.5']), only({ mtime: '1.5' }), 'POSIX'],
  ['a time that ends in a point', told(['mtime', '7.']), only({ mtime: '7' }), 'Go'],
  ['a time before 1970', told(['mtime', '-1.5']), only({ mtime: '-1.5' }), 'Go'],
  ['a time with a sign', told(['mtime', '+7']), either(/mtime|time/), 'Python takes, Go refuses'],
  ['a time of many digits', told(['mtime', `7.${'1'.repeat(60)}`]), only({ mtime: '7.111111111' }), 'Go'],
  [
    'a time of Python, far below a second',
    told(['mtime', '1e-05']),
    only({ mtime: '0.00001' }),
    'issue: Python writes so',
  ],
  ['a negative time of Python', told(['mtime', '-1e-05']), only({ mtime: '-0.00001' }), 'Python writes so'],
  ['a time of Python, far away', told(['mtime', '1e+16']), either(/mtime|time|range/), 'Python writes so'],
  ['times of access and change', told(['atime', '1.5'], ['ctime', '2.5']), holding('x'), 'POSIX'],
  ['a comment', told(['comment', 'by hand']), holding('x'), 'POSIX'],
  ['keys of vendors', told(['VENDOR.key', 'v'], ['realtime.x', 'y'], ['security.z', '']), holding('x'), 'POSIX'],
  ['an xattr', told(['SCHILY.xattr.user.a', 'v']), only({ record: 'SCHILY.xattr.user.a=v' }), 'star, GNU tar'],
  [
    'an xattr of all bytes',
    told(['SCHILY.xattr.user.a', '\0\n=\xff']),
    only({ record: 'SCHILY.xattr.user.a=\0\n=\xff' }),
    'GNU tar',
  ],
  ['an xattr that is empty', told(['SCHILY.xattr.user.a', '']), only({ record: 'SCHILY.xattr.user.a=' }), 'GNU tar'],
  [
    'an xattr of libarchive',
    told(['LIBARCHIVE.xattr.user.a', 'dg']),
    only({ record: 'SCHILY.xattr.user.a=v' }),
    'bsdtar',
  ],
  ['an xattr of 64 KiB', told(['SCHILY.xattr.user.a', 'v'.repeat(65536)]), holding('x'), 'Linux: the largest'],
  [
    'an extended header of size 0',
    () => archive(block({ name: 'h', flag: 'x' }), block({ name: 'x' })),
    holding('x'),
    'bsdtar',
  ],
  ['a length with a zero in front', raw('0012 path=a\n'.slice(0, 12)), taken({ entries: ['a', 'good'] }), 'Go, Python'],
  [
    'NULs behind the records',
    () => archive(file(`${record('path', 'a')}\0\0\0`, { flag: 'x' }), block()),
    either(/PAX/, { entries: ['a'] }),
    'Python takes, Go refuses',
  ],
  ['a global comment', () => archive(global(['comment', 'c0ffee']), good), holding('good'), 'git archive'],
  ['a global time', () => archive(global(['mtime', '7']), block({ name: 'x' })), only({ mtime: '7' }), 'POSIX'],
  [
    'a global time, and one of its own',
    () => archive(global(['mtime', '7']), pax([['mtime', '8']]), block({ name: 'x' })),
    only({ mtime: '8' }),
    'POSIX',
  ],
  [
    'a global owner taken back',
    () => archive(global(['uid', '7']), pax([['uid', '']]), block({ name: 'x' })),
    only({ uid: 0 }),
    'POSIX',
  ],
  [
    'global headers between files',
    () => archive(good, global(['mtime', '7']), block({ name: 'x' }), global(['mtime', '']), block({ name: 'y' })),
    taken({ entries: ['good', 'x', 'y'], facts: { x: { mtime: '7' }, y: { mtime: '0' } } }),
    'POSIX',
  ],
  [
    'a path for all',
    () => archive(global(['path', 'same']), block({ name: 'x' }), block({ name: 'y' })),
    either(/path|global/, { entries: ['same'] }),
    'POSIX allows it',
  ],
  [
    'two extended headers for a file',
    () => archive(pax([['path', 'a']]), pax([['mtime', '7']]), block({ name: 'x' })),
    either(/PAX|extended/, { has: ['a'] }),
    'GNU tar joins, Go drops',
  ],
  ['keys of JavaScript', told(['__proto__', 'a'], ['constructor', 'b'], ['toString', 'c']), holding('x'), 'any'],
];

const bad: Row[] = [
  [
    'records behind a NUL',
    raw(`${record('path', 'a')}\0${record('path', 'b')}`),
    damaged,
    'Go; POSIX has no NULs there',
  ],
  ['a record that begins in the middle of another', raw(`12 ${record('path', 'ab')}`), damaged, 'Go'],
  ['a record without an end', raw('12 path=abcd'), damaged, 'Go: pax-bad-hdr-file.tar'],
  ['a length that is too large', raw('99 path=x\n'), damaged, 'Go'],
  ['a length that is too small', raw('5 path=x\n'), damaged, 'Go'],
  ['a length of 0', raw('0 path=x\n'), damaged, 'Python'],
  ['a negative length', raw('-9 path=x\n'), damaged, 'Go'],
  ['a length with a sign', raw('+10 path=x\n'), damaged, 'Python'],
  ['a length in hexadecimal', raw('0xa path=x\n'), damaged, 'Go'],
  ['a length of many digits', raw(`${'9'.repeat(40)} path=x\n`), damaged, 'Go'],
  ['a length past 2^64', raw('18446744073709551626 path=x\n'), damaged, 'Go'],
  ['no length', raw('path=x\n'), damaged, 'Go'],
  ['a blank in front', raw(' 10 path=x\n'), damaged, 'Go'],
  ['two blanks', raw('11  path=x\n'), either(/PAX/), 'another key'],
  ['no key', raw('5 =x\n'), damaged, 'Go, Python'],
  ['no =', raw('6 abc\n'), damaged, 'Go'],
  ['a NUL in a key', raw(record('pa\0th', 'x')), damaged, 'Go'],
  ['a NUL in a path', raw(record('path', 'a\0b')), refused(/NUL/), 'Go: pax-nul-path.tar'],
  [
    'a NUL in a target',
    () => archive(pax([['linkpath', 'a\0b']]), block({ name: 'x', flag: '2' })),
    refused(/NUL/),
    'Go',
  ],
  ['a NUL in the name of an owner', raw(record('uname', 'a\0b')), refused(/NUL|uname/), 'Go'],
  ['a NUL in the name of a group', raw(record('gname', 'a\0b')), refused(/NUL|gname/), 'Go'],
  ['a NUL in the name of an xattr', raw(record('SCHILY.xattr.user.a\0b', 'x')), damaged, 'Go: pax-nul-xattrs.tar'],
  ['a size that is no number', raw(record('size', '5x')), refused(/size/), 'Go'],
  ['a negative size', raw(record('size', '-1')), refused(/size/), 'Go'],
  ['a size past 2^63', raw(record('size', '9223372036854775808')), refused(/size|range/), 'Go'],
  ['a size with an exponent', raw(record('size', '1e3')), refused(/size/), 'Go, Python'],
  ['an owner that is no number', raw(record('uid', 'me')), refused(/uid|owner/), 'Go, Python'],
  ['an owner past 2^63', raw(record('gid', '99999999999999999999')), refused(/gid|owner|range/), 'Go'],
  ['a time that is a word', raw(record('mtime', 'soon')), refused(/mtime|time/), 'Go: pax-bad-mtime-file.tar'],
  ['a time of two points', raw(record('mtime', '1.2.3')), refused(/mtime|time/), 'Go'],
  ['a time that is infinite', raw(record('mtime', 'inf')), refused(/mtime|time/), 'Go'],
  ['a time that is no number', raw(record('mtime', 'nan')), refused(/mtime|time/), 'Go'],
  ['a time with an endless exponent', raw(record('mtime', '1e999999999')), refused(/mtime|time|range/), 'Go'],
  ['a time in hexadecimal', raw(record('mtime', '0x1F')), refused(/mtime|time/), 'Go'],
  [
    'a size that a global header claims',
    () => archive(global(['size', '1000000']), block({ name: 'x' })),
    refused(/cut off|size/),
    'POSIX',
  ],
  [
    'an extended header that claims too much',
    () => archive(good, block({ flag: 'x', size: base256(1n << 40n, 12) })),
    refused(/1 MiB|cut off/),
    'Go: issue10968',
  ],
  [
    'an extended header cut off',
    () => archive(good, block({ flag: 'x', size: octal(4096, 12) })),
    refused(/cut off/),
    'GNU tar',
  ],
];

/** Neighbours in this header are swapped one after another; some of it is then another valid header. */
const swapped = `${record('path', 'ab')}${record('mtime', '12.5')}${record('a.b', '\0\n=')}`;

/** What a careful reader sees in records, or nothing where they are damaged (POSIX, and Go's validPAXRecord). */
function isSound(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const [, digits = '', key = '', value = ''] = /^([0-9]+) ([^=\0]+)=(.*)$/s.exec(text.slice(at)) ?? [];
    const length = Number(digits);
    const rest = value.slice(0, length - digits.length - key.length - 2);
    if (key === '' || length < digits.length + key.length + 3 || at + length > text.length) return false;
    if (!rest.endsWith('\n')) return false;
    const content = rest.slice(0, -1);
    if (key === 'path' && content.includes('\0')) return false;
    if (key === 'mtime' && !/^-?[0-9]*(\.[0-9]*)?(e[+-]?[0-9]+)?$/.test(content)) return false;
    at += length;
  }
  return true;
}

function swaps(): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at + 1 < swapped.length; at++) {
    const text = swapped.slice(0, at) + swapped[at + 1] + swapped[at] + swapped.slice(at + 2);
    if (text === swapped) continue;
    const must = isSound(text) ? either(/PAX|time|NUL/) : refused(/PAX|time|NUL|extended/);
    rows.push([`bytes ${at} and ${at + 1} of the records swapped`, raw(text), must, 'Go: validPAXRecord']);
  }
  return rows;
}

export const tarPax: Case[] = [
  ...cases('tar: PAX', 'layer', kept),
  ...cases('tar: damaged PAX', 'layer', bad),
  ...cases('tar: swapped PAX', 'layer', swaps()),
];
