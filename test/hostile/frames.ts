import { gzipSync } from 'node:zlib';
import type { Bytes } from './case.ts';

/*
 * zstd frames (RFC 8878) written by hand, of raw and run-length blocks, since not every Node that is supported has zstd;
 * and gzip members (RFC 1952) with whatever stands in their headers.
 */

const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;
const wrap = (value: bigint) => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint) => wrap((value << by) | (value >> (64n - by)));
const round = (sum: bigint, input: bigint) => wrap(rotate(wrap(sum + input * P2), 31n) * P1);

/** XXH64, whose low half is a frame's checksum. */
export function xxh64(bytes: Buffer): bigint {
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    const sums = [wrap(P1 + P2), P2, 0n, wrap(-P1)];
    for (; at + 32 <= bytes.length; at += 32) {
      for (const lane of sums.keys()) sums[lane] = round(sums[lane]!, bytes.readBigUInt64LE(at + lane * 8));
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = sums;
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const sum of sums) hash = wrap((hash ^ round(0n, sum)) * P1 + P4);
  } else hash = P5;
  hash = wrap(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8)
    hash = wrap(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4);
  if (at + 4 <= bytes.length) {
    hash = wrap(rotate(wrap(hash ^ (BigInt(bytes.readUInt32LE(at)) * P1)), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = wrap(rotate(wrap(hash ^ (BigInt(bytes[at]!) * P5)), 11n) * P1);
  hash = wrap((hash ^ (hash >> 33n)) * P2);
  hash = wrap((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

export const ZSTD_MAGIC = Buffer.from('28b52ffd', 'hex');
/** The most that a block holds. */
const BLOCK_SIZE = 128 * 1024;
/** A window of 128 KiB. */
const WINDOW = 7 << 3;

export const RAW = 0;
export const RLE = 1;
export const RESERVED = 3;

/** A block: its header, and the bytes that follow it. */
export function zstdBlock(last: boolean, type: number, size: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((last ? 1 : 0) | (type << 1) | (size << 3), 0, 3);
  return Buffer.concat([header, bytes]);
}

export function zstdFrame(content: Buffer, change: { descriptor?: number; head?: Buffer; tail?: Buffer } = {}): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += BLOCK_SIZE) {
    const part = content.subarray(at, at + BLOCK_SIZE);
    blocks.push(zstdBlock(at + BLOCK_SIZE >= content.length, RAW, part.length, part));
  }
  const { descriptor = 0, head = Buffer.from([WINDOW]), tail = Buffer.alloc(0) } = change;
  return Buffer.concat([ZSTD_MAGIC, Buffer.from([descriptor]), head, ...blocks, tail]);
}

export const CHECKSUM = 4;
export function zstdChecksum(content: Buffer): Buffer {
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(Number(xxh64(content) & 0xffffffffn));
  return tail;
}

export function skippable(content: Buffer | string, claims?: number): Buffer {
  const bytes = Buffer.from(content);
  const head = Buffer.from('502a4d1800000000', 'hex');
  head.writeUInt32LE(claims ?? bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** Any bytes as a zstd stream of one frame. */
export function* asZstd(content: Bytes): Generator<Buffer> {
  yield Buffer.concat([ZSTD_MAGIC, Buffer.from([0, WINDOW])]);
  for (const chunk of Buffer.isBuffer(content) ? [content] : content) {
    for (let at = 0; at < chunk.length; at += BLOCK_SIZE) {
      const part = chunk.subarray(at, at + BLOCK_SIZE);
      yield zstdBlock(false, RAW, part.length, part);
    }
  }
  yield zstdBlock(true, RAW, 0, Buffer.alloc(0));
}

/** Any bytes as a gzip stream, of a member for each piece of 4 MiB. */
export function* asGzip(content: Bytes): Generator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let members = 0;
  const flush = () => {
    const member = gzipSync(Buffer.concat(held), { level: 1 });
    [held, size] = [[], 0];
    members++;
    return member;
  };
  for (const chunk of Buffer.isBuffer(content) ? [content] : content) {
    held.push(chunk);
    size += chunk.length;
    if (size >= 4 << 20) yield flush();
  }
  if (size > 0 || members === 0) yield flush();
}

/** A member whose header has these flags and fields (RFC 1952, section 2.3). */
export function gzipMember(content: Buffer, { flags = 0, fields = Buffer.alloc(0), method = 8 } = {}): Buffer {
  const plain = gzipSync(content);
  const head = Buffer.from(plain.subarray(0, 10));
  head[2] = method;
  head[3] = flags;
  return Buffer.concat([head, fields, plain.subarray(10)]);
}
