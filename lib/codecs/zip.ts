import type { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { Open } from 'unzipper';
import { chunksOf, type Place, readNow, within } from '../bytes/place.ts';
import { SMALL } from '../entries/entry.ts';
import { cutOff, errorCode, type InputError } from '../errors.ts';
import { placeSource } from '../streams/source.ts';
import { cp437 } from './cp437.ts';
import { crc32 } from './crc32.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * Zip archives (PKWARE APPNOTE 6.3) that can be read at any time. unzipper finds the directory; that the members are
 * what it says is verified here, to the last byte.
 */

export interface Member {
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970, the DOS time taken as UTC. */
  readonly mtime: number;
  /** The Unix mode with its type bits, or 0 where the archive does not tell. */
  readonly mode: number;
  /** The content, verified as it is read: that it is damaged is an InputError at its end at the latest. */
  read(): AsyncIterable<Buffer>;
}

/** A member as the directory tells of it. */
interface Listed {
  readonly name: string;
  readonly rawName: Buffer;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

const LOCAL_HEADER = 0x04034b50;
const END_RECORD = 0x06054b50;
const END_SIZE = 22;
const ENCRYPTED = 1;
const DEFLATED = 8;

/** The members in the order of the directory; names that end in a slash are directories. */
export async function readZip(archive: Place): Promise<Member[]> {
  const tailSize = tailOf(archive);
  const source = {
    size: () => Promise.resolve(archive.size),
    stream(offset: number, length = archive.size): Readable {
      const start = Math.min(offset, archive.size);
      return placeSource(within(archive, start, Math.min(length, archive.size - start)));
    },
  };
  const directory = await Open.custom(source, { tailSize }).catch((error: unknown) => {
    throw damaged(archive, error instanceof Error ? error.message : String(error));
  });
  const listed: Listed[] = [];
  const members = directory.files.map((file): Member => {
    const member: Listed = {
      name: file.isUnicode ? file.path : cp437(file.pathBuffer),
      rawName: file.pathBuffer,
      method: file.compressionMethod,
      flags: file.flags,
      crc: file.crc32 >>> 0,
      packed: file.compressedSize,
      size: file.uncompressedSize,
      offset: file.offsetToLocalFileHeader,
    };
    listed.push(member);
    return {
      name: member.name,
      size: member.size,
      mtime: dosTime(file.lastModifiedDate, file.lastModifiedTime),
      mode: file.externalFileAttributes >>> 16,
      read: () => memberContent(archive, member),
    };
  });
  let end = 0;
  for (const member of listed.sort((a, b) => a.offset - b.offset)) {
    if (member.offset < end) throw damaged(archive, `${member.name} overlaps another member`);
    end = member.offset + member.packed;
  }
  return members;
}

/**
 * How many bytes before the end the end record begins: the one whose comment reaches to the end. An archive with two
 * such shows different members to different readers.
 */
function tailOf(archive: Place): number {
  const size = Math.min(archive.size, END_SIZE + 0xffff);
  const tail = readNow(within(archive, archive.size - size, size));
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_RECORD);
  const ends: number[] = [];
  for (let at = tail.indexOf(signature); at >= 0 && at + END_SIZE <= size; at = tail.indexOf(signature, at + 1)) {
    if (at + END_SIZE + tail.readUInt16LE(at + 20) === size) ends.push(size - at);
  }
  if (ends.length !== 1) throw damaged(archive, ends.length === 0 ? 'it has no directory' : 'it has two directories');
  return ends[0]!;
}

async function* memberContent(archive: Place, member: Listed): AsyncGenerator<Buffer> {
  const packed = locate(archive, member);
  let size = 0;
  let crc = 0;
  try {
    for await (const chunk of unpacked(packed, member)) {
      size += chunk.length;
      if (size > member.size) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!code.startsWith('Z_') && code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw damaged(archive, `${member.name} is damaged`);
  }
  if (size !== member.size) throw damaged(archive, `${member.name} has another size than the directory says`);
  if (crc !== member.crc) throw damaged(archive, `${member.name} has another CRC than the directory says`);
}

async function* unpacked(packed: Place, { method, size }: Listed): AsyncGenerator<Buffer> {
  if (method !== DEFLATED) yield* chunksOf(packed);
  // What is small is not worth a stream.
  else if (size <= SMALL && packed.size <= SMALL) {
    yield inflateRawSync(readNow(packed), { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 });
  } else yield* throughZlib(createInflateRaw({ chunkSize: ZLIB_CHUNK }), chunksOf(packed));
}

/** The packed bytes, if the local header agrees with the directory. */
function locate(archive: Place, { name, rawName, method, flags, packed, size, offset }: Listed): Place {
  if (flags & ENCRYPTED) throw damaged(archive, `${name} is encrypted`);
  if (method !== DEFLATED && method !== 0) throw damaged(archive, `${name} has the unknown method ${method}`);
  if (method === 0 && packed !== size) throw damaged(archive, `${name} has two sizes`);
  const fixed = 30;
  if (offset + fixed + rawName.length > archive.size) throw damaged(archive, `${name} is cut off`);
  const header = readNow(within(archive, offset, fixed + rawName.length));
  const agrees =
    header.readUInt32LE(0) === LOCAL_HEADER &&
    header.readUInt16LE(8) === method &&
    header.readUInt16LE(26) === rawName.length &&
    header.subarray(fixed).equals(rawName);
  if (!agrees) throw damaged(archive, `the header of ${name} is not what the directory says`);
  const start = offset + fixed + rawName.length + header.readUInt16LE(28);
  if (start + packed > archive.size) throw damaged(archive, `${name} is cut off`);
  return within(archive, start, packed);
}

function dosTime(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hours, minutes, seconds] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  return Date.UTC(year, Math.max(0, month - 1), Math.max(1, day), hours, minutes, seconds) / 1000;
}

function damaged(archive: Place, what: string): InputError {
  return cutOff(archive.name, `is not a good zip archive: ${what}`);
}
