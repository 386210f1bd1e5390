import { crc32, deflateRawSync } from 'node:zlib';

/** A member of a zip, and where the writer is to lie about it. */
export type Member = {
  name: string;
  content: Buffer | string;
  mode?: number;
  stored?: boolean;
  /** What is there instead of the content as deflated. */
  packed?: Buffer;
  /** What the local header says its name is. */
  localName?: string;
  crc?: number;
  size?: number;
  flags?: number;
  method?: number;
};

/** 2021-02-03 04:05:06. */
export const MTIME = Date.UTC(2021, 1, 3, 4, 5, 6) / 1000;
const DATE = ((2021 - 1980) << 9) | (2 << 5) | 3;
const TIME = (4 << 11) | (5 << 5) | (6 / 2);

/** CRC-32 by the book: not every Node that is supported has its own. */
export function checksum(bytes: Buffer): number {
  if (typeof crc32 === 'function') return crc32(bytes);
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

/** A zip archive (PKWARE APPNOTE 6.3). */
export function zip(members: readonly Member[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const one of members) {
    const content = Buffer.from(one.content);
    const packed = one.packed ?? (one.stored ? content : deflateRawSync(content));
    const common = Buffer.alloc(22);
    // Names are UTF-8.
    common.writeUInt16LE(one.flags ?? 0x800, 0);
    common.writeUInt16LE(one.method ?? (one.stored ? 0 : 8), 2);
    common.writeUInt16LE(TIME, 4);
    common.writeUInt16LE(DATE, 6);
    common.writeUInt32LE(one.crc ?? checksum(content), 8);
    common.writeUInt32LE(packed.length, 12);
    common.writeUInt32LE(one.size ?? content.length, 16);
    const local = Buffer.from(one.localName ?? one.name);
    common.writeUInt16LE(local.length, 20);
    parts.push(Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), common, Buffer.alloc(2), local, packed);
    const name = Buffer.from(one.name);
    const head = Buffer.alloc(46);
    head.write('PK\x01\x02\x14\x03\x14\x00', 0, 'latin1');
    common.copy(head, 8);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt32LE(((one.mode ?? 0o100644) * 0x10000) >>> 0, 38);
    head.writeUInt32LE(offset, 42);
    directory.push(head, name);
    offset += 6 + 22 + 2 + local.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)]);
}
