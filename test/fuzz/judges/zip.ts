import { inflateRawSync } from 'node:zlib';
import { checksum } from '../../python/zip.ts';

/*
 * A reader of zip archives that is not ours: it does as CPython's zipfile does, which is what pip reads wheels with.
 */

export interface Member {
  readonly name: string;
  readonly content: Buffer;
}

interface Listed {
  readonly name: string;
  readonly rawName: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** The members in the order of the directory, each read to its end. Undefined where the archive is not a good one. */
export function readArchive(bytes: Buffer): Member[] | undefined {
  try {
    return directory(bytes).map((listed) => ({ name: listed.name, content: contentOf(bytes, listed) }));
  } catch {
    return undefined;
  }
}

function fail(what: string): never {
  throw new Error(what);
}

/** `_EndRecData` and `_RealGetContents`. */
function directory(bytes: Buffer): Listed[] {
  const end = endRecord(bytes);
  let [size, offset] = [bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)];
  let before = end;
  const locator = end - 20;
  if (locator >= 0 && bytes.readUInt32LE(locator) === 0x07064b50) {
    const wide = locator - 56;
    if (bytes.readUInt32LE(locator + 16) > 1) fail('several disks');
    if (wide >= 0 && bytes.readUInt32LE(wide) === 0x06064b50) {
      size = Number(bytes.readBigUInt64LE(wide + 40));
      offset = Number(bytes.readBigUInt64LE(wide + 48));
      before = wide;
    }
  }
  const start = before - size;
  const shift = start - offset;
  if (start < 0) fail('the directory begins before the file');
  const listed: Listed[] = [];
  for (let at = start; at < before; ) {
    if (at + 46 > before || bytes.readUInt32LE(at) !== 0x02014b50) fail('a bad entry of the directory');
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const rawName = bytes.subarray(at + 46, at + 46 + nameSize);
    const flags = bytes.readUInt16LE(at + 8);
    const wide = extraFields(bytes.subarray(at + 46 + nameSize, at + 46 + nameSize + extraSize), [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ]);
    const name = flags & 0x800 ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rawName) : undefined;
    listed.push({
      name: name ?? rawName.toString('latin1'),
      rawName,
      flags,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      size: wide[0],
      packed: wide[1],
      offset: wide[2] + shift,
    });
    at += 46 + nameSize + extraSize + commentSize;
  }
  return listed;
}

/** The end record: the last 22 bytes where these are one without a comment, else the last signature in the tail. */
function endRecord(bytes: Buffer): number {
  const last = bytes.length - 22;
  if (last < 0) fail('too short');
  if (bytes.readUInt32LE(last) === 0x06054b50 && bytes.readUInt16LE(last + 20) === 0) return last;
  const from = Math.max(0, bytes.length - 65_536 - 22);
  const at = bytes.subarray(from).lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || from + at + 22 > bytes.length) fail('no end record');
  return from + at;
}

/** `_decodeExtra`: the sizes and the offset of zip64, each where the plain field is full. */
function extraFields(extra: Buffer, plain: [number, number, number]): [number, number, number] {
  const values: [number, number, number] = [...plain];
  for (let at = 0; at + 4 <= extra.length; ) {
    const [type, size] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (at + 4 + size > extra.length) fail('a bad extra field');
    let field = at + 4;
    for (const index of type === 1 ? ([0, 1, 2] as const) : []) {
      if (values[index] !== 0xffffffff) continue;
      if (field + 8 > at + 4 + size) fail('a bad zip64 field');
      values[index] = Number(extra.readBigUInt64LE(field));
      field += 8;
    }
    at += 4 + size;
  }
  return values;
}

/** `open` and `read`. */
function contentOf(bytes: Buffer, { rawName, flags, method, crc, packed, size, offset }: Listed): Buffer {
  if (offset < 0 || offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== 0x04034b50) fail('a bad local header');
  const [nameSize, extraSize] = [bytes.readUInt16LE(offset + 26), bytes.readUInt16LE(offset + 28)];
  const start = offset + 30 + nameSize + extraSize;
  if (!bytes.subarray(offset + 30, offset + 30 + nameSize).equals(rawName)) fail('another name in the local header');
  if (flags & 1) fail('encrypted');
  if (method !== 0 && method !== 8) fail('an unknown method');
  if (start + packed > bytes.length) fail('cut off');
  const stored = bytes.subarray(start, start + packed);
  const content = method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: size + 1 });
  // What is packed may go on behind the size that the directory tells; zipfile stops there.
  if (content.length < size) fail('too short');
  const told = content.subarray(0, size);
  if (checksum(told) !== crc) fail('another CRC');
  return told;
}
