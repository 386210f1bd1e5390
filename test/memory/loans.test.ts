import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { spill } from '../../lib/bytes/spill.ts';
import { decompress } from '../../lib/codecs/compression.ts';
import { gzip } from '../../lib/codecs/gzip.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { allocate, free, giveBack, lend, share } from '../../lib/memory/loans.ts';
import { copyInto } from '../../lib/streams/spilling.ts';
import { pack } from '../../lib/tar/pack.ts';
import { unpack, unpackPlace } from '../../lib/tar/unpack.ts';
import { squash } from '../../transforms/squash.ts';
import { bytesOf, collected, entry, layers, noise, pieces, placeOf, read, sha256 } from '../entries.ts';
import { type Random, random } from '../peers/random.ts';

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);

/** A few entries, their bodies about the sizes at which something changes. */
function someEntries(dice: Random, round: number): Entry[] {
  return Array.from({ length: 1 + dice.below(8) }, (_, at) => {
    const size = dice.pick([0, 1, 511, 512, 65536, 65537, 131072, 1_048_576, 1_048_577, dice.below(3_000_000)]);
    return entry(`${at}`, noise(size, seed * 1000 + round * 10 + at));
  });
}

test('a chunk is used again only when all who share it have given it back', () => {
  const chunk = allocate();
  const part = lend(chunk, 10);
  share(part);
  giveBack(part);
  assert.notEqual(allocate(), chunk);
  giveBack(part);
  assert.equal(allocate(), chunk);
  giveBack(part);
  giveBack(Buffer.from('never lent'));
  assert.notEqual(allocate(), chunk, 'given back once too often');
  const other = lend(chunk, 10);
  giveBack(other.subarray(0, 5));
  assert.notEqual(allocate(), chunk, 'a part of a part does not give the chunk back');
});

test('memory that is freed is gone at once', () => {
  const bytes = Buffer.allocUnsafeSlow(1_000_000);
  const copy = bytes.subarray(1, 5);
  free(bytes.buffer);
  assert.deepEqual([bytes.length, copy.length, bytes.buffer.byteLength], [0, 0, 0]);
});

test(`bytes survive compression and spills (seed ${seed})`, async () => {
  const dice = random(seed);
  for (let round = 0; round < 12; round++) {
    const entries = someEntries(dice, round);
    const bytes = await bytesOf(entries);
    const piece = dice.pick([4096, 65536, 131072, 1_000_003]);
    const packed = await collected(pieces(bytes, piece), gzip());
    assert.equal(sha256(gunzipSync(packed)), sha256(bytes), 'gzip');
    const plain = decompress('l');
    assert.equal(sha256(await collected(pieces(packed, piece), plain.stream)), sha256(bytes), 'gunzip');
    assert.equal(plain.compression(), 'gzip');
    const spilled = await spill('x');
    try {
      const out = await collected(
        pieces(packed, piece),
        copyInto(spilled),
        decompress('l').stream,
        unpack('l'),
        pack(),
        gzip(),
      );
      assert.equal(sha256(out), sha256(packed), 'the same bytes of gzip whatever the pieces were');
      const kept = await spilled.place(0, spilled.size());
      assert.deepEqual([kept.size, spilled.size()], [packed.length, packed.length]);
    } finally {
      await spilled.close();
    }
  }
});

test(`bytes survive squash, from files and from streams (seed ${seed})`, async (t) => {
  const dice = random(seed);
  for (let round = 0; round < 12; round++) {
    const entries = someEntries(dice, round);
    const bytes = await bytesOf(entries);
    const piece = dice.pick([4096, 65536, 131072, 1_000_003]);
    const place = await placeOf(t, bytes);
    const squashed = await collected(layers(unpackPlace(place)), squash(), pack(), gzip(), decompress('l').stream);
    const streamed = await collected(layers(pieces(bytes, piece).pipe(unpack('l'))), squash(), pack());
    assert.equal(sha256(squashed), sha256(streamed), 'squash of a file and of a stream');
    const found = await read(squashed);
    const want = new Map(entries.map(({ header, body }) => [header.name, body instanceof Buffer ? sha256(body) : '']));
    for (const { header, content } of found) assert.equal(sha256(content), want.get(header.name));
    assert.equal(found.length, entries.length);
  }
});
