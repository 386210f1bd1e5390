import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { type EntryType, type Header, header, withHeader } from '../../lib/entries/entry.ts';
import { isText } from '../../lib/entries/names.ts';
import { encode } from '../../lib/tar/encode.ts';
import { pack } from '../../lib/tar/pack.ts';
import { unpack } from '../../lib/tar/unpack.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { bytesOf, collected, entry, pieces, read } from '../entries.ts';
import { type Random, random } from '../peers/random.ts';
import { archive, block, END, file, GNU, long, octal, pax } from './blocks.ts';

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);
const kinds: readonly [EntryType, ...EntryType[]] = [
  ...(['file', 'link', 'symlink', 'character-device', 'block-device', 'directory', 'fifo'] as const),
];

/** Lengths where the fields of ustar end, and a little around them. */
const edges = [
  1, 2, 31, 32, 33, 98, 99, 100, 101, 102, 154, 155, 156, 157, 254, 255, 256, 257, 258, 300, 4096,
] as const;

function bytes(dice: Random, length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet[dice.below(alphabet.length)]).join('');
}

function name(dice: Random): string {
  const alphabet = dice.pick(['a', 'ab/', 'abc//.', 'a\xc3\xa4/', 'a\xff\x80/', '0=\n ', 'é/é'] as const);
  return (
    bytes(dice, dice.pick(edges), Buffer.from(alphabet, 'utf8').toString('latin1'))
      .replace(/\/*$/, 'x')
      // No component is longer than Linux has any.
      .replace(/[^/]{250}/g, '$&/')
      .replace(/\/*$/, 'x')
      .slice(-4090)
  );
}

function randomHeader(dice: Random): Header {
  const type = dice.pick(kinds);
  const number = (...limits: [number, ...number[]]) =>
    dice.pick([0, 1, ...limits.flatMap((limit) => [limit - 1, limit, limit + 1])]);
  const isLink = type === 'link' || type === 'symlink';
  const isDevice = type === 'character-device' || type === 'block-device';
  const attributes = new Map<string, string>();
  for (let count = dice.chance(0.3) ? dice.below(4) : 0; count > 0; count--) {
    attributes.set(`SCHILY.xattr.user.${bytes(dice, 3, 'abc')}`, bytes(dice, dice.below(300), '\0\n=\xffa '));
  }
  return header({
    name: name(dice) + (type === 'directory' ? '/' : ''),
    type,
    mode: dice.below(0o10000),
    uid: number(8 ** 7, 2 ** 32 - 2),
    gid: number(8 ** 7, 2 ** 32 - 2),
    mtime: number(8 ** 11, 2 ** 40) - (dice.chance(0.2) ? 2 ** 39 : 0),
    nanoseconds: dice.chance(0.3) ? dice.pick([1, 5e8, 999999999, 120000000]) : 0,
    linkname: isLink ? name(dice) : '',
    uname: dice.chance(0.5) ? bytes(dice, dice.pick([1, 31, 32, 33]), 'a\xc3\xa4\xff') : '',
    gname: dice.chance(0.5) ? bytes(dice, dice.pick([1, 31, 32, 33]), 'a\xc3\xa4\xff') : '',
    devmajor: isDevice ? number(8 ** 7) : 0,
    devminor: isDevice ? number(8 ** 7) : 0,
    pax: attributes,
  });
}

test(`writes what it reads: every field of random headers (seed ${seed})`, async () => {
  const dice = random(seed);
  const headers = Array.from({ length: 1000 }, () => randomHeader(dice));
  const layer = await bytesOf(headers.map((one) => ({ header: one, body: undefined })));
  const found = await read(layer);
  assert.equal(found.length, headers.length);
  for (const [at, one] of headers.entries()) {
    assert.deepEqual(found[at]!.header, one);
    assert.deepEqual(found[at]!.raw, encode(one), 'the same bytes for the same header');
  }
});

test('writes plain ustar where that can say it', () => {
  const short = { name: `${'p'.repeat(155)}/${'n'.repeat(100)}`, type: 'file', mode: 0o644, uid: 8 ** 7 - 1 } as const;
  assert.equal(encode(header(short)).length, 512);
  assert.equal(encode(header({ ...short, name: `${'p'.repeat(156)}/n` })).length, 1536);
  assert.equal(
    encode(header({ ...short, name: `${'p'.repeat(154)}/${'d'.repeat(99)}/`, type: 'directory' })).length,
    512,
  );
});

test('writes a size that octal digits cannot say, without the body', () => {
  const size = 8 ** 11 + 1;
  const blocks = encode(header({ name: 'big', type: 'file', mode: 0o644, size }));
  assert.match(blocks.toString('latin1'), new RegExp(` size=${size}\n`));
});

test("does not write a file whose name is a directory's, which readers would take for one", () => {
  assert.throws(
    () => encode(header({ name: 'b/', type: 'file', mode: 0o644, size: 3 })),
    /b\/ is a file with the name/,
  );
  assert.equal(encode(header({ name: 'b/', type: 'link', mode: 0o644, linkname: 'a' })).length, 512);
});

test('writes names that are not UTF-8 so that a reader of PAX knows', () => {
  const plain = encode(header({ name: '\xc3\xa4'.repeat(200), type: 'file', mode: 0 })).toString('latin1');
  const bare = encode(header({ name: '\xff'.repeat(200), type: 'file', mode: 0 })).toString('latin1');
  assert.ok(isText('\xc3\xa4') && !isText('\xff'));
  assert.doesNotMatch(plain, /hdrcharset/);
  assert.match(bare, /21 hdrcharset=BINARY\n.*path=/s);
});

test('passes an unchanged archive on byte for byte, whatever its dialect', async () => {
  const parts = [
    pax([
      ['SCHILY.xattr.user.x', '\0\xff'],
      ['atime', '1.5'],
      ['VENDOR.x', 'y'],
    ]),
    file('hi', { mtime: '12\0', mode: '000644 \0' }),
    long('L', 'g'.repeat(200)),
    file('z'.repeat(100_000), { magic: GNU }),
    block({ flag: '5', name: 'v7/', magic: '' }),
  ];
  const layer = archive(...parts);
  for (const size of [1 << 16, 1000])
    assert.deepEqual(await collected(pieces(layer, size), unpack('l'), pack()), layer);
});

test('writes anew what changed, and only that', async () => {
  const [old, late] = [file('a', { name: 'old', mtime: ' 12\0' }), file('b', { name: 'late', mtime: octal(1e9, 12) })];
  const out = await collected(pieces(archive(old, late)), unpack('l'), clampTimes(1000), pack());
  assert.deepEqual(out.subarray(0, 1024), old);
  const [, changed] = await read(out);
  assert.equal(changed!.header.mtime, 1000);
  assert.equal(withHeader({ header: changed!.header, body: undefined, raw: Buffer.alloc(512) }, {}).raw, undefined);
});

test('writes a layer without entries', async () => {
  assert.deepEqual(await bytesOf([]), END);
});

test('refuses a body of another size than its header says', async () => {
  const streams = (size: number) => Readable.from([Buffer.alloc(size)], { objectMode: false });
  for (const size of [0, 9, 11, 100_000]) {
    for (const body of [Buffer.alloc(size), streams(size), size === 0 ? undefined : streams(size)]) {
      await assert.rejects(bytesOf([entry('f', body, { size: 10 })]), /the size of f is not what its header says/);
    }
  }
});
