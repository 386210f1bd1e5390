import { ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Place } from '../../lib/bytes/place.ts';
import { byteSource } from '../../lib/streams/source.ts';
import { random } from '../peers/random.ts';

/** Files that hold the bytes of the run under way; they stay open, and each is written anew for every run. */
const open = new Map<string, number>();

/** Bytes as a place, until the next is asked for under the same name. */
export function placeOf(bytes: Buffer, name: string): Place {
  const fd = open.get(name) ?? openSync(join(folder(), name), 'w+');
  open.set(name, fd);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
  ftruncateSync(fd, bytes.length);
  return { fd, offset: 0, size: bytes.length, name };
}

/** Bytes as a file, which is written anew under the same name. */
export function fileOf(bytes: Buffer, name: string): string {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
}

function folder(): string {
  const path = join(tmpdir(), 'scratch');
  mkdirSync(path, { recursive: true });
  return path;
}

/** Bytes in pieces of random sizes, as a pipe might bring them; the sizes depend on the bytes alone. */
export function piecesOf(bytes: Buffer, salt = 0): Readable {
  return byteSource(cut(bytes, salt));
}

function* cut(bytes: Buffer, salt: number): Generator<Buffer> {
  const dice = random(Math.imul(bytes.length + 1, 0x9e3779b1) ^ (bytes[bytes.length >> 1] ?? 0) ^ salt);
  const most = dice.pick([1, 3, 100, 512, 513, 4096, 65_536, 1 << 20]);
  // A byte at a time takes long where there are many.
  const least = bytes.length > 4096 ? Math.ceil(bytes.length / 200) : 1;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(least, 1 + dice.below(most));
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}
