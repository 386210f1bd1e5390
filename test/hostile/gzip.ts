import { deflateRawSync, gzipSync } from 'node:zlib';
import { archive, block, END, file, octal } from '../tar/blocks.ts';
import { type Case, cases, either, holding, joined, type Row, refused, repeated, taken } from './case.ts';
import { asGzip, gzipMember, zstdFrame } from './frames.ts';

/* gzip streams (RFC 1952) of layers: headers with every field, many members, and damage in every place. */

const layer = archive(file('hello'.repeat(100), { name: 'a' }));
const whole = gzipSync(layer);
const patched = (at: number, value: number) => () => {
  const bytes = Buffer.from(whole);
  bytes[at < 0 ? bytes.length + at : at]! ^= value;
  return bytes;
};
const cut = (size: number) => () => whole.subarray(0, size < 0 ? whole.length + size : size);
const raw = (deflated: Buffer) => () => Buffer.concat([whole.subarray(0, 10), deflated, whole.subarray(-8)]);
const a = holding('a');
const damaged = refused(/gzip|damaged|cut off/);
const short = refused(/cut off/);

const right: Row[] = [
  ['one member', () => whole, a, 'gzip'],
  [
    'several members',
    () => Buffer.concat([gzipSync(layer.subarray(0, 700)), gzipSync(layer.subarray(700))]),
    a,
    'gzip',
  ],
  ['a member for each byte', () => Buffer.concat([...layer].map((byte) => gzipSync(Buffer.from([byte])))), a, 'gzip'],
  ['20,000 empty members', () => joined(repeated(gzipSync(Buffer.alloc(0)), 20_000), whole), a, 'gzip'],
  ['an empty member behind', () => Buffer.concat([whole, gzipSync(Buffer.alloc(0))]), a, 'gzip'],
  [
    'a name and a comment',
    () => gzipMember(layer, { flags: 0x18, fields: Buffer.from('name\0comment\0') }),
    a,
    'RFC 1952',
  ],
  [
    'an extra field',
    () => gzipMember(layer, { flags: 4, fields: Buffer.from('\x04\x00AB\x00\x00', 'latin1') }),
    a,
    'RFC 1952',
  ],
  [
    'a name of 100,000 bytes',
    () => gzipMember(layer, { flags: 8, fields: Buffer.from(`${'n'.repeat(100_000)}\0`) }),
    a,
    'RFC 1952',
  ],
  [
    'escape sequences in a name',
    () => gzipMember(layer, { flags: 8, fields: Buffer.from('\x1b[31m\0') }),
    a,
    'RFC 1952',
  ],
  ['the flag of text', () => gzipMember(layer, { flags: 1 }), a, 'RFC 1952'],
  ['stored blocks', () => gzipSync(layer, { level: 0 }), a, 'RFC 1951'],
  ['zeros behind', () => Buffer.concat([whole, Buffer.alloc(5000)]), a, 'contract; gzip'],
  [
    'zeros between members',
    () => Buffer.concat([gzipSync(layer.subarray(0, 700)), Buffer.alloc(100), gzipSync(layer.subarray(700))]),
    either(/gzip|cut off/),
    'gzip stops',
  ],
  [
    'an archive that ends inside a member',
    () => gzipSync(Buffer.concat([layer, Buffer.from('more')])),
    a,
    'contract: after the end',
  ],
];

const wrong: Row[] = [
  ['the magic alone', cut(2), damaged, 'gzip'],
  ['a part of the header', cut(9), short, 'gzip'],
  ['the header alone', cut(10), short, 'gzip'],
  ['a part of the data', cut(40), short, 'gzip'],
  ['no trailer', cut(-8), short, 'gzip'],
  ['a part of the trailer', cut(-1), short, 'gzip'],
  ['a second member cut off in its magic', () => Buffer.concat([whole, whole.subarray(0, 1)]), damaged, 'gzip'],
  ['a second member cut off in its header', () => Buffer.concat([whole, whole.subarray(0, 7)]), damaged, 'gzip'],
  ['a second member cut off', () => Buffer.concat([whole, whole.subarray(0, 50)]), damaged, 'gzip'],
  ['a second member without a trailer', () => Buffer.concat([whole, whole.subarray(0, -8)]), damaged, 'gzip'],
  ['a wrong CRC', patched(-8, 1), damaged, 'gzip'],
  ['a wrong size', patched(-4, 1), damaged, 'gzip'],
  ['a wrong CRC of a second member', () => Buffer.concat([whole, patched(-8, 1)()]), damaged, 'gzip'],
  ['data with a bit changed', patched(30, 16), damaged, 'gzip'],
  ['another method', () => gzipMember(layer, { method: 7 }), damaged, 'gzip'],
  ['flags that are reserved', () => gzipMember(layer, { flags: 0xe0 }), damaged, 'gzip'],
  ['a wrong CRC of the header', () => gzipMember(layer, { flags: 2, fields: Buffer.from([1, 2]) }), damaged, 'zlib'],
  [
    'a name without an end',
    () => Buffer.concat([gzipMember(layer, { flags: 8 }).subarray(0, 10), Buffer.alloc(100_000, 'n')]),
    short,
    'gzip',
  ],
  [
    'an extra field that is cut off',
    () => gzipMember(Buffer.alloc(0), { flags: 4, fields: Buffer.from([255, 255]) }),
    short,
    'gzip',
  ],
  [
    'text behind',
    () => Buffer.concat([whole, Buffer.from('signature')]),
    refused(/other bytes|gzip/),
    'contract; gzip warns',
  ],
  [
    'text behind zeros',
    () => Buffer.concat([whole, Buffer.alloc(600), Buffer.from('x')]),
    refused(/other bytes|gzip/),
    'contract',
  ],
  ['a block of a type that is none', raw(Buffer.from([7])), damaged, 'zlib'],
  ['a stored block whose lengths disagree', raw(Buffer.from([1, 5, 0, 5, 0, 1, 2, 3, 4, 5])), damaged, 'zlib'],
  ['a distance before the start', raw(Buffer.from('4b04a20000', 'hex')), damaged, 'zlib'],
  ['too many code lengths', raw(Buffer.from('fcffffffff', 'hex')), damaged, 'zlib'],
  ['nothing in it', () => gzipSync(Buffer.alloc(0)), refused(/empty/), 'contract'],
  ['text in it', () => gzipSync(Buffer.from('hello\n'.repeat(200))), refused(/not a tar/), 'GNU tar'],
  ['half an archive in it', () => gzipSync(layer.subarray(0, 700)), short, 'GNU tar'],
  ['gzip in gzip', () => gzipSync(whole), refused(/not a tar|gzip/), 'GNU tar'],
  ['zstd in gzip', () => gzipSync(zstdFrame(layer)), refused(/not a tar|zstd/), 'GNU tar'],
  [
    'zlib without gzip',
    () => Buffer.concat([Buffer.from([0x78, 0x9c]), deflateRawSync(layer)]),
    refused(/not a tar/),
    'GNU tar',
  ],
  [
    'compress',
    () => Buffer.concat([Buffer.from([0x1f, 0x9d, 0x90]), Buffer.alloc(600, 1)]),
    refused(/not a tar/),
    'contract: gzip, zstd',
  ],
];

const huge: Row[] = [
  [
    '300 MB of zeros',
    () =>
      asGzip(
        joined(
          block({ name: 'x', size: octal(300_000_000 - (300_000_000 % 65536), 12) }),
          repeated(Buffer.alloc(1 << 16), Math.floor(300_000_000 / 65536)),
          END,
        ),
      ),
    taken(),
    'gzip',
    { honest: 301_000_000, but: { 'squash from pipe': 'skip' } },
  ],
];

export const gzip: Case[] = [
  ...cases('gzip: right', 'layer', right),
  ...cases('gzip: wrong', 'layer', wrong),
  ...cases('gzip: huge', 'layer', huge),
];
