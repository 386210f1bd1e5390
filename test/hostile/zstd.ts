import { gzipSync } from 'node:zlib';
import { archive, block, END, file, octal } from '../tar/blocks.ts';
import { type Case, cases, either, holding, joined, type Row, refused, repeated, taken } from './case.ts';
import { CHECKSUM, RAW, RESERVED, RLE, skippable, ZSTD_MAGIC, zstdBlock, zstdChecksum, zstdFrame } from './frames.ts';

/* zstd streams (RFC 8878) of layers, of raw and run-length blocks: many frames, frames to skip, and damage. */

const layer = archive(file('hello'.repeat(100), { name: 'a' }));
const whole = zstdFrame(layer);
const summed = zstdFrame(layer, { descriptor: CHECKSUM, tail: zstdChecksum(layer) });
const cut = (size: number) => () => summed.subarray(0, size < 0 ? summed.length + size : size);
const size4 = (size: number) => {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(size);
  return field;
};
/** A frame of these blocks, with a window of 8 MiB. */
const of = (...blocks: Buffer[]) => Buffer.concat([ZSTD_MAGIC, Buffer.from([0, 13 << 3]), ...blocks]);
const a = holding('a');
const damaged = refused(/zstd|damaged|cut off/);
const short = refused(/cut off/);
const empty = zstdFrame(Buffer.alloc(0));

const right: Row[] = [
  ['one frame', () => whole, a, 'zstd'],
  ['a checksum', () => summed, a, 'zstd'],
  ['the size of its content', () => zstdFrame(layer, { descriptor: 0xa0, head: size4(layer.length) }), a, 'zstd'],
  [
    'several frames',
    () => Buffer.concat([zstdFrame(layer.subarray(0, 700)), zstdFrame(layer.subarray(700))]),
    a,
    'zstd',
  ],
  ['a frame for each byte', () => Buffer.concat([...layer].map((byte) => zstdFrame(Buffer.from([byte])))), a, 'zstd'],
  ['a frame to skip in front', () => Buffer.concat([skippable('note'), whole]), a, 'zstd'],
  [
    'a frame to skip between',
    () =>
      Buffer.concat([zstdFrame(layer.subarray(0, 700)), skippable('x'.repeat(70_000)), zstdFrame(layer.subarray(700))]),
    a,
    'zstd',
  ],
  ['a frame to skip behind', () => Buffer.concat([whole, skippable('chunked manifest')]), a, 'podman: zstd:chunked'],
  ['a frame to skip of no bytes', () => Buffer.concat([skippable(''), whole, skippable('')]), a, 'zstd'],
  [
    'frames to skip of every magic',
    () =>
      Buffer.concat([
        ...Array.from({ length: 16 }, (_, at) => Buffer.concat([Buffer.from([0x50 + at]), skippable('x').subarray(1)])),
        whole,
      ]),
    a,
    'RFC 8878',
  ],
  ['empty frames', () => Buffer.concat([empty, empty, whole, empty]), a, 'zstd'],
  [
    'run-length blocks',
    () =>
      of(
        zstdBlock(false, RAW, 512, block({ name: 'x', size: octal(100_000, 12) })),
        zstdBlock(false, RLE, 100_352, Buffer.from('z')),
        zstdBlock(true, RLE, 1024, Buffer.alloc(1)),
      ),
    holding('x'),
    'RFC 8878',
  ],
  ['a window of 8 MiB', () => zstdFrame(layer, { head: Buffer.from([13 << 3]) }), a, 'RFC 8878: at least'],
  [
    'a window of 128 MiB',
    () => zstdFrame(layer, { head: Buffer.from([17 << 3]) }),
    either(/window|memory|zstd/, { entries: ['a'] }),
    'zstd takes it',
  ],
  [
    '100,000 frames',
    () =>
      joined(
        zstdFrame(block({ name: 'x', size: octal(100_000 * 512, 12) })),
        repeated(zstdFrame(Buffer.alloc(512, 'y')), 100_000),
        zstdFrame(END),
      ),
    holding('x'),
    'issue: 25 times slower',
  ],
  [
    '5,000 frames with checksums',
    () =>
      joined(
        zstdFrame(block({ name: 'x', size: octal(5000 * 512, 12) })),
        repeated(
          zstdFrame(Buffer.alloc(512, 'y'), { descriptor: CHECKSUM, tail: zstdChecksum(Buffer.alloc(512, 'y')) }),
          5000,
        ),
        zstdFrame(END),
      ),
    holding('x'),
    'issue: 25 times slower',
  ],
  ['20,000 frames of nothing', () => joined(repeated(empty, 20_000), whole), a, 'zstd'],
  ['100,000 frames to skip', () => joined(repeated(skippable(''), 100_000), whole), a, 'zstd'],
];

const wrong: Row[] = [
  ['the magic alone', cut(4), short, 'zstd'],
  ['a part of the header', cut(5), short, 'zstd'],
  ['a header without blocks', cut(6), short, 'zstd'],
  ['a part of a block header', cut(8), short, 'zstd'],
  ['a part of a block', cut(200), short, 'zstd'],
  ['no checksum where there should be one', cut(-4), short, 'zstd'],
  ['a part of a checksum', cut(-1), short, 'zstd'],
  ['a second frame cut off in its magic', () => Buffer.concat([whole, ZSTD_MAGIC.subarray(0, 3)]), damaged, 'zstd'],
  ['a second frame cut off', () => Buffer.concat([whole, whole.subarray(0, 50)]), damaged, 'zstd'],
  [
    'a wrong checksum',
    () => zstdFrame(layer, { descriptor: CHECKSUM, tail: Buffer.from([1, 2, 3, 4]) }),
    damaged,
    'zstd',
  ],
  [
    'a wrong checksum of a second frame',
    () => Buffer.concat([whole, zstdFrame(Buffer.alloc(512), { descriptor: CHECKSUM, tail: Buffer.alloc(4) })]),
    damaged,
    'zstd',
  ],
  [
    'another size of its content',
    () => zstdFrame(layer, { descriptor: 0x80, head: Buffer.concat([Buffer.from([7 << 3]), size4(layer.length + 1)]) }),
    damaged,
    'zstd',
  ],
  ['a block of the reserved type', () => of(zstdBlock(true, RESERVED, 5, Buffer.alloc(5))), damaged, 'zstd'],
  ['a compressed block of garbage', () => of(zstdBlock(true, 2, 50, Buffer.alloc(50, 0xa5))), damaged, 'zstd'],
  ['a block over 128 KiB', () => of(zstdBlock(true, RLE, 1 << 20, Buffer.alloc(1))), damaged, 'zstd'],
  ['a reserved bit', () => zstdFrame(layer, { descriptor: 8 }), damaged, 'zstd'],
  [
    'a dictionary',
    () => zstdFrame(layer, { descriptor: 1, head: Buffer.from([7 << 3, 42]) }),
    damaged,
    'zstd: dictionary mismatch',
  ],
  ['a window of 2^41', () => zstdFrame(layer, { head: Buffer.from([31 << 3]) }), damaged, 'zstd'],
  ['a window of 2 GiB', () => zstdFrame(layer, { head: Buffer.from([21 << 3]) }), damaged, 'zstd: over 128 MiB'],
  [
    'a content of 2^62 in one segment',
    () => zstdFrame(layer, { descriptor: 0xe0, head: Buffer.from('0000000000000040', 'hex') }),
    damaged,
    'zstd',
  ],
  ['a frame to skip that is cut off', () => Buffer.concat([whole, skippable('x', 100)]), short, 'zstd'],
  ['a frame to skip of 4 GiB', () => Buffer.concat([skippable('x', 0xffffffff), whole]), short, 'zstd'],
  ['frames to skip alone', () => skippable('note'), refused(/empty|not a tar/), 'contract'],
  ['nothing in it', () => empty, refused(/empty/), 'contract'],
  ['text behind', () => Buffer.concat([whole, Buffer.from('signature')]), refused(/other bytes|zstd/), 'zstd'],
  [
    'zeros behind',
    () => Buffer.concat([whole, Buffer.alloc(512)]),
    either(/other bytes|zstd/, { entries: ['a'] }),
    'zstd refuses',
  ],
  ['gzip behind', () => Buffer.concat([whole, gzipSync(END)]), refused(/other bytes|zstd/), 'contract'],
  [
    'a frame of version 0.7',
    () => Buffer.concat([Buffer.from([0x27]), whole.subarray(1)]),
    refused(/not a tar|zstd/),
    'contract',
  ],
  ['text in it', () => zstdFrame(Buffer.from('hello\n'.repeat(200))), refused(/not a tar/), 'GNU tar'],
  ['half an archive in it', () => zstdFrame(layer.subarray(0, 700)), short, 'GNU tar'],
  ['zstd in zstd', () => zstdFrame(whole), refused(/not a tar|zstd/), 'GNU tar'],
];

const run = zstdBlock(false, RLE, 128 * 1024, Buffer.alloc(1));
const huge: Row[] = [
  [
    '300 MB of zeros in 9 KB',
    () =>
      joined(
        of(zstdBlock(false, RAW, 512, block({ name: 'x', size: octal(300 * 1024 * 1024, 12) }))),
        repeated(run, 2400),
        zstdBlock(true, RAW, 1024, END),
      ),
    taken(),
    'zstd',
    { honest: 316_000_000, but: { 'squash from pipe': 'skip' } },
  ],
];

export const zstd: Case[] = [
  ...cases('zstd: right', 'layer', right),
  ...cases('zstd: wrong', 'layer', wrong),
  ...cases('zstd: huge', 'layer', huge),
];
