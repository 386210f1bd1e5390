import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Duplex, Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { contentOf, gather } from '../lib/entries/body.ts';
import { type Body, type Entry, type Header, header } from '../lib/entries/entry.ts';
import { typedSink } from '../lib/streams/flow.ts';
import { pump } from '../lib/streams/pump.ts';
import { pack } from '../lib/tar/pack.ts';
import { unpack } from '../lib/tar/unpack.ts';
import { random } from './peers/random.ts';
import { folder } from './peers/tools.ts';

/** An entry with its body in memory: for layers that are small, as those of tests are. */
export type Held = { header: Header; content: Buffer; raw: Buffer | undefined };

/** Bytes in pieces of a size, as a pipe would bring them. */
export function pieces(bytes: Buffer, size = 64 * 1024): Readable {
  function* cut() {
    for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
  }
  return Readable.from(cut(), { objectMode: false });
}

/** The entries of a layer, or the error that it is. */
export async function read(bytes: Buffer, size?: number): Promise<Held[]> {
  const held: Held[] = [];
  const sink = new Writable({
    objectMode: true,
    write({ header, body, raw }: Entry, _encoding, callback) {
      gather(contentOf(body), 64 * 1024 * 1024, header.name).then((content) => {
        held.push({ header, content, raw });
        callback();
      }, callback);
    },
  });
  await pump(pieces(bytes, size), unpack('layer.tar'), typedSink<Entry>(sink));
  return held;
}

export function bytesOf(entries: Iterable<Entry>): Promise<Buffer> {
  return collected(Readable.from(entries), pack());
}

/** Pumps streams whose types are not known. */
export function pumpAll(...streams: [Readable, ...Writable[]]): Promise<void> {
  const any: unknown = pump;
  return (any as (...all: Writable[] | [Readable, ...Writable[]]) => Promise<void>)(...streams);
}

/** What comes out of the last of the streams. */
export async function collected(first: Readable, ...others: Duplex[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      chunks.push(Buffer.from(chunk));
      callback();
    },
  });
  await pumpAll(first, ...others, sink);
  return Buffer.concat(chunks);
}

export function entry(name: string, body?: Body, fields: Partial<Header> = {}): Entry {
  const size = Buffer.isBuffer(body) ? body.length : 0;
  const type = name.endsWith('/') ? 'directory' : 'file';
  return { header: header({ name, type, mode: type === 'file' ? 0o644 : 0o755, size, ...fields }), body };
}

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Bytes that do not repeat, so that a chunk used again too early shows. */
export function noise(length: number, from: number): Buffer {
  const dice = random(from);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(dice.below(2 ** 32), at);
  return bytes;
}

/** Layers for squash, each a stream of entries. */
export const layers = (...streams: Readable[]) =>
  Readable.from(streams.map((entries, at) => ({ name: `${at}`, entries })));

/** Opens bytes as a place until the test is over. */
export async function placeOf(t: TestContext, bytes: Buffer) {
  const path = join(await folder(t), 'layer');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  t.after(() => closeSync(fd));
  return { fd, offset: 0, size: bytes.length, name: 'layer' };
}

export const forget = () =>
  new Writable({ objectMode: true, highWaterMark: 1, write: (_chunk, _encoding, callback) => callback() });
