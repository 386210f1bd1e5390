import assert from 'node:assert/strict';
import { type Duplex, Readable, Writable } from 'node:stream';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { spill } from '../../lib/bytes/spill.ts';
import { decompress } from '../../lib/codecs/compression.ts';
import { gzip } from '../../lib/codecs/gzip.ts';
import type { Entry } from '../../lib/entries/entry.ts';
import { giveBack } from '../../lib/memory/loans.ts';
import { pump } from '../../lib/streams/pump.ts';
import { copyInto } from '../../lib/streams/spilling.ts';
import { pack } from '../../lib/tar/pack.ts';
import { unpack, unpackPlace } from '../../lib/tar/unpack.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { bytesOf, entry, forget, layers, noise, pieces, placeOf, pumpAll, sha256 } from '../entries.ts';

/** Bodies of every kind: none, small, at the bound of small, large. */
const bodies = [0, 1, 65535, 65536, 65537, 1_200_000, 3, 200_000].map((size, at) => noise(size, at + 1));
const layer = () => bytesOf(bodies.map((bytes, at) => entry(`f${at}`, bytes)));

test('a slow reader gets the same bytes', async () => {
  const bytes = await layer();
  const chunks: Buffer[] = [];
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      setTimeout(() => {
        chunks.push(Buffer.from(chunk));
        giveBack(chunk);
        callback();
      }, 1);
    },
  });
  await pump(pieces(bytes, 50_000), unpack('l'), dropWhiteouts(), pack(), slow);
  assert.equal(sha256(Buffer.concat(chunks)), sha256(bytes));
});

test('bodies that are dropped do not stop the source', async () => {
  const bytes = await layer();
  const names: string[] = [];
  const sink = new Writable({
    objectMode: true,
    write({ header, body }: Entry, _encoding, callback) {
      names.push(header.name);
      if (body instanceof Readable) body.destroy();
      callback();
    },
  });
  await pumpAll(pieces(bytes), unpack('l'), sink);
  assert.equal(names.length, bodies.length);
});

test('bodies that are read in part do not stop the source, and the next entries are right', async () => {
  const seen: number[] = [];
  for await (const { body } of pieces(await layer(), 7000).pipe(unpack('l'))) {
    if (!(body instanceof Readable)) seen.push(Buffer.isBuffer(body) ? body.length : 0);
    else for await (const part of body) if (part.length > 0) break;
  }
  assert.deepEqual(seen, [0, 1, 65535, 65536, 3]);
});

/** Every stream of the pipe, where one ends in an error, is gone, and the error is the first one's. */
async function tornDown(error: RegExp, streams: [Readable, ...Duplex[]], sink: Writable): Promise<void> {
  const [first, ...others] = streams;
  await assert.rejects(pumpAll(first, ...others, sink), error);
  await turn();
  for (const stream of [first, ...others, sink]) assert.ok(stream.destroyed, stream.constructor.name);
}

/** A reader that goes away after some chunks. */
function leaver(after: number): Writable {
  let count = 0;
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (_chunk, _encoding, callback) => callback(++count > after ? new Error('the reader left') : null),
  });
}

async function* failing(bytes: Buffer, after: number): AsyncGenerator<Buffer> {
  yield Buffer.from(bytes.subarray(0, after));
  await turn();
  throw new Error('the source failed');
}

async function* failingEntries(): AsyncGenerator<Entry> {
  yield entry('x');
  await turn();
  throw new Error('the source failed');
}

test('a source that fails takes the whole pipe down', async (t) => {
  const bytes = await layer();
  for (const after of [0, 100, 1024, 100_000, 700_000, bytes.length]) {
    const source = () => Readable.from(failing(bytes, after), { objectMode: false });
    await tornDown(/the source failed/, [source(), unpack('l'), pack()], forget());
    await tornDown(/the source failed/, [source(), gzip()], forget());
    const spilled = await spill('x');
    await tornDown(/the source failed/, [source(), copyInto(spilled), decompress('l').stream], forget());
    await spilled.close();
    const packed = gzipSync(bytes, { level: 1 });
    const cut = Readable.from(failing(packed, Math.min(after, packed.length - 9)), { objectMode: false });
    await tornDown(/the source failed/, [cut, decompress('l').stream, unpack('l'), pack()], forget());
  }
  const place = await placeOf(t, bytes);
  const broken = Readable.from(failingEntries());
  await tornDown(/the source failed/, [layers(unpackPlace(place), broken), squash(), pack()], forget());
});

test('a reader that leaves early takes the whole pipe down', async (t) => {
  const bytes = await layer();
  const packed = gzipSync(bytes, { level: 1 });
  const place = await placeOf(t, bytes);
  for (const after of [0, 1, 3]) {
    await tornDown(/the reader left/, [pieces(bytes, 9000), unpack('l')], leaver(after));
    await tornDown(/the reader left/, [pieces(bytes, 9000), unpack('l'), pack()], leaver(after));
    await tornDown(/the reader left/, [pieces(bytes, 9000), gzip()], leaver(after));
    await tornDown(/the reader left/, [pieces(packed, 9000), decompress('l').stream], leaver(after));
    await tornDown(/the reader left/, [layers(unpackPlace(place)), squash(), pack()], leaver(Math.min(after, 1)));
  }
});
