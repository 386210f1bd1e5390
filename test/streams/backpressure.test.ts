import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { decompress } from '../../lib/codecs/compression.ts';
import { gzip } from '../../lib/codecs/gzip.ts';
import { type Entry, header } from '../../lib/entries/entry.ts';
import { pack } from '../../lib/tar/pack.ts';
import { unpack, unpackPlace } from '../../lib/tar/unpack.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { bytesOf, entry, layers, placeOf, pumpAll } from '../entries.ts';

test('entries do not pile up before a slow reader', async () => {
  let made = 0;
  let seen = 0;
  let most = 0;
  function* many(): Generator<Entry> {
    for (; made < 1_000_000; made++)
      yield { header: header({ name: `${made}`, type: 'file', mode: 0o644 }), body: undefined };
  }
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(_entry, _encoding, callback) {
      most = Math.max(most, made - ++seen);
      if (seen === 2000) callback(new Error('enough'));
      else if (seen % 100 === 0) setImmediate(callback);
      else callback();
    },
  });
  await assert.rejects(pumpAll(Readable.from(many()), dropWhiteouts(), sink), /enough/);
  assert.ok(most < 100, `${most} entries were under way`);
});

test('bytes do not pile up before a slow reader', async () => {
  let made = 0;
  function* endless(): Generator<Entry> {
    for (; made < 1_000_000; made++) yield entry(`${made}`, Buffer.alloc(1000));
  }
  let read = 0;
  const sink = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      read += chunk.length;
      if (read > 20 * 1024 * 1024) callback(new Error('enough'));
      else setImmediate(callback);
    },
  });
  await assert.rejects(
    pumpAll(Readable.from(endless()), pack(), unpack('l'), pack(), gzip(), decompress('l').stream, sink),
    /enough/,
  );
  const ahead = made * 2048 - read;
  assert.ok(ahead < 24 * 1024 * 1024, `${ahead} bytes were under way`);
});

test('squash does not pile entries up before a slow reader', async (t) => {
  const count = 20_000;
  const bytes = await bytesOf(Array.from({ length: count }, (_, at) => entry(`${at}`)));
  const place = await placeOf(t, bytes);
  const made = squash();
  const first = await new Promise<Entry>((resolve) => {
    made.once('readable', () => resolve(made.read()));
    layers(unpackPlace(place)).pipe(made);
  });
  await turn();
  assert.equal(first.header.name, '0');
  assert.ok(made.readableLength < 20, `${made.readableLength} entries wait`);
  made.destroy();
});
