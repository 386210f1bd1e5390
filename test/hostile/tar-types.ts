import { archive, base256, block, body, END, file, GNU, long, octal, pax } from '../tar/blocks.ts';
import { type Case, cases, either, holding, type Row, refused, taken } from './case.ts';

/*
 * The types of entries, also those that are no files: labels, dumps, parts of volumes, vendors' own; and where an
 * archive ends.
 */

const good = file('hello', { name: 'good' });
const typed = (flag: string) => () => archive(good, block({ name: 'x', flag, linkname: 't' }));
const dump = 'Ya\0Nb\0\0';

const types: Row[] = [
  [
    'a volume label',
    () => archive(block({ name: 'backup 1', flag: 'V', magic: GNU }), good),
    holding('good'),
    'GNU tar',
  ],
  [
    'a volume label, long ago',
    () => archive(block({ name: 'backup', flag: 'V', magic: '' }), good),
    holding('good'),
    'GNU tar',
  ],
  [
    'a volume label in PAX',
    () => archive(pax([['GNU.volume.label', 'backup 1']], 'g'), good),
    holding('good'),
    'GNU tar --posix',
  ],
  [
    'an incremental dump',
    () => archive(file(dump, { name: 'd/', flag: 'D', magic: GNU }), file('1', { name: 'd/a' })),
    holding('?d/', 'd/a'),
    'Go: gnu-incremental.tar',
  ],
  [
    'an incremental dump in PAX',
    () => archive(pax([['GNU.dumpdir', dump]]), block({ name: 'd/', flag: '5' }), file('1', { name: 'd/a' })),
    holding('d/', 'd/a'),
    'GNU tar --posix -g',
  ],
  [
    'a part of a volume',
    () => archive(good, block({ name: 'x', flag: 'M', magic: GNU })),
    refused(/type|volume|part/),
    'GNU tar',
  ],
  ['an old long name', typed('N'), refused(/type/), 'GNU tar'],
  ['a type of a vendor', typed('A'), refused(/type/), 'docker load'],
  ['another type of a vendor', typed('Z'), refused(/type/), 'docker load'],
  ['a type that nobody has', typed('\xff'), refused(/type/), 'docker load'],
  ['a control character as a type', typed('\x1b'), refused(/type/), 'docker load'],
  [
    'an extended header of Solaris',
    () => archive(pax([['path', 'solaris']], 'X'), block()),
    either(/type|PAX/, { entries: ['solaris'] }),
    'bsdtar',
  ],
  ['no name', () => archive(good, block({ name: '' })), refused(/name/), 'bsdtar'],
  ['a symlink without a target', () => archive(good, block({ name: 'x', flag: '2' })), refused(/target/), 'GNU tar'],
  ['a hard link without a target', () => archive(good, block({ name: 'x', flag: '1' })), refused(/target/), 'GNU tar'],
  ['an extended header without an entry', () => archive(good, pax([['path', 'x']])), refused(/entry/), 'Go'],
  ['a long name without an entry', () => archive(good, long('L', 'x')), refused(/entry/), 'Go'],
  ['a long target without an entry', () => archive(good, long('K', 'x')), refused(/entry/), 'Go'],
  ['a global header alone', () => archive(pax([['comment', 'c0ffee']], 'g')), holding(), 'git archive of nothing'],
  ['a hard link to itself', () => archive(block({ name: 'x', flag: '1', linkname: 'x' })), taken(), 'GNU tar lists it'],
];

const whole = Buffer.concat([pax([['comment', 'z'.repeat(600)]]), good, file('y'.repeat(3000), { name: 'more' }), END]);
const cut = (at: number) => () => whole.subarray(0, at);
const none = refused(/empty|only \d+ bytes|cut off|not a tar/);

const ends: Row[] = [
  ['nothing', () => Buffer.alloc(0), refused(/empty/), 'contract'],
  ['one byte', cut(1), none, 'GNU tar'],
  ['a header less one byte', cut(511), none, 'GNU tar'],
  ['a PAX header alone', cut(512), none, 'GNU tar'],
  ['half of a PAX header', cut(700), none, 'GNU tar'],
  ['a PAX header and no more', cut(1536), none, 'GNU tar'],
  ['a header and no body', cut(2048), none, 'GNU tar'],
  ['a body cut in its middle', cut(2050), none, 'GNU tar'],
  ['a body less its padding', cut(2053), none, 'GNU tar'],
  ['a padding less one byte', cut(2559), none, 'GNU tar'],
  ['no end', cut(2560), none, 'contract; Go takes it'],
  ['a part of the next header', cut(2600), none, 'GNU tar'],
  ['a large body cut off', cut(5000), none, 'GNU tar'],
  ['no end behind the last file', cut(whole.length - 1024), none, 'contract; Go takes it'],
  ['a part of the first block of the end', cut(whole.length - 1024 + 100), none, 'contract'],
  ['a part of the second block of the end', cut(whole.length - 1), refused(/cut off/), 'issue: ends inside a block'],
  [
    'one byte of the second block of the end',
    cut(whole.length - 511),
    refused(/cut off/),
    'issue: ends inside a block',
  ],
  ['one block of zeros as the end', cut(whole.length - 512), holding('good', 'more'), 'GNU tar warns'],
  ['an end and nothing before', () => END, holding(), 'GNU tar'],
  ['an end of 10 KiB', () => Buffer.concat([good, Buffer.alloc(10240)]), holding('good'), 'GNU tar'],
  ['text behind the end', () => Buffer.concat([good, END, Buffer.from('signature\n')]), holding('good'), 'contract'],
  [
    'another archive behind the end',
    () => Buffer.concat([good, END, file('2', { name: 'other' }), END]),
    holding('good'),
    'GNU tar',
  ],
  [
    'another archive behind one block of zeros',
    () => Buffer.concat([good, Buffer.alloc(512), file('2', { name: 'other' }), END]),
    either(/./),
    'Go refuses, GNU tar stops',
  ],
  [
    'bytes behind one block of zeros',
    () => Buffer.concat([good, Buffer.alloc(512), Buffer.alloc(512, 'x')]),
    either(/./),
    'Go refuses, GNU tar stops',
  ],
];

const strange: Row[] = [
  ['text', () => Buffer.from('hello\n'.repeat(200)), refused(/not a tar/), 'GNU tar'],
  [
    'a page of a proxy',
    () => Buffer.from(`<!DOCTYPE html><title>Sign in</title>${' '.repeat(2000)}`),
    refused(/not a tar/),
    'GNU tar',
  ],
  [
    'JSON',
    () => Buffer.from(JSON.stringify({ errors: Array.from({ length: 99 }, () => 'denied') })),
    refused(/not a tar/),
    'GNU tar',
  ],
  [
    'a program',
    () => Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(4000, 1)]),
    refused(/not a tar/),
    'GNU tar',
  ],
  ['a cpio archive', () => Buffer.from(`070701${'0'.repeat(1018)}`), refused(/not a tar/), 'GNU tar'],
  ['an ar archive', () => Buffer.from(`!<arch>\n${'debian-binary   '.repeat(100)}`), refused(/not a tar/), 'GNU tar'],
  [
    'a zip archive',
    () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2000, 7)]),
    refused(/not a tar|zip/),
    'GNU tar',
  ],
  [
    'xz',
    () => Buffer.concat([Buffer.from('\xfd7zXZ\0', 'latin1'), Buffer.alloc(2000, 7)]),
    refused(/not a tar|xz/),
    'contract: gzip, zstd',
  ],
  [
    'bzip2',
    () => Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(2000, 7)]),
    refused(/not a tar|bzip2/),
    'contract: gzip, zstd',
  ],
  [
    'lz4',
    () => Buffer.concat([Buffer.from('04224d18', 'hex'), Buffer.alloc(2000, 7)]),
    refused(/not a tar|lz4/),
    'contract: gzip, zstd',
  ],
  ['escape sequences', () => Buffer.from('\x1b]0;owned\x07\x1b[2J'.repeat(100)), refused(/not a tar/), 'GNU tar'],
  [
    'bytes of every value',
    () => Buffer.from(Array.from({ length: 5120 }, (_, at) => at & 255)),
    refused(/not a tar/),
    'GNU tar',
  ],
  [
    'an extended header of a negative size',
    () => archive(block({ flag: 'x', size: base256(-512n, 12) }), block()),
    refused(/size|not a tar/),
    'Go: neg-size.tar',
  ],
  [
    'a long name of a negative size',
    () => archive(good, block({ flag: 'L', size: base256(-1024n, 12) }), block()),
    refused(/size/),
    'Go: neg-size.tar',
  ],
  [
    'a hard link with a body',
    () => archive(good, block({ name: 'x', flag: '1', linkname: 'good', size: octal(5, 12) }), body('hello')),
    either(/checksum/),
    'bsdtar guesses',
  ],
];

export const tarTypes: Case[] = [
  ...cases('tar: types', 'layer', types),
  ...cases('tar: ends', 'layer', ends),
  ...cases('tar: no tar', 'layer', strange),
];
