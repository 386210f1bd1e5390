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

/** Bytes in a few pieces, as a pipe might bring them; where they are cut depends on the bytes alone. */
export function piecesOf(bytes: Buffer, salt = 0): Readable {
  return byteSource(cut(bytes, salt));
}

function* cut(bytes: Buffer, salt: number): Generator<Buffer> {
  const dice = random(Math.imul(bytes.length + 1, 0x9e3779b1) ^ (bytes[bytes.length >> 1] ?? 0) ^ salt);
  const cuts = new Set<number>();
  for (let left = dice.pick([0, 1, 3, 10]); left > 0; left--) {
    const at = dice.chance(0.5) ? dice.below(bytes.length + 1) : 512 * dice.below(bytes.length / 512 + 1);
    // A byte, or several, on their own.
    for (let more = dice.pick([1, 1, 2, 9]); more > 0; more--) cuts.add(at + more - 1);
  }
  let from = 0;
  for (const at of [...cuts].sort((a, b) => a - b)) {
    if (at > from) yield Buffer.from(bytes.subarray(from, at));
    from = Math.max(from, at);
  }
  if (from < bytes.length) yield Buffer.from(bytes.subarray(from));
}
