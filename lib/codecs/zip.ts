import { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { Open, type File as ZipFile } from 'unzipper';
import { chunksOf, type Place, readNow, within } from '../bytes/place.ts';
import { SMALL } from '../entries/entry.ts';
import { errorCode } from '../errors.ts';
import { cp437 } from './cp437.ts';
import { crc32 } from './crc32.ts';
import { damaged, findDirectory, withEnd, type ZipDirectory } from './zip-directory.ts';
import { throughZlib, ZLIB_CHUNK } from './zlib.ts';

/*
 * Zip archives (PKWARE APPNOTE 6.3) that can be read at any time. unzipper reads the directory; that the members are
 * what it says, and that nothing else is in the archive, is verified here, to the last byte.
 */

/** A member, as the directory tells of it. An archive may have a hundred thousand: they hold numbers and a name alone. */
export interface Member {
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970, the DOS time taken as UTC. */
  readonly mtime: number;
  /** The Unix mode with its type bits, or 0 where the archive does not tell. */
  readonly mode: number;
  readonly method: number;
  readonly crc: number;
  readonly hasDescriptor: boolean;
  /** Where its local header is in the archive, and where its content, in bytes. */
  readonly offset: number;
  readonly start: number;
  /** Bytes of its content in the archive. */
  readonly packed: number;
}

const LOCAL_HEADER = 0x04034b50;
const LOCAL_SIZE = 30;
const DESCRIPTOR = 0x08074b50;
/** Bits of the flags (4.4.4): encrypted, patched data, strongly encrypted, a masked directory. */
const UNREADABLE = 0x1 | 0x20 | 0x40 | 0x2000;
/** The sizes and the CRC stand behind the content as well. */
const HAS_DESCRIPTOR = 8;
const STORED = 0;
const DEFLATED = 8;

/**
 * The members in the order of the directory; names that end in a slash are directories. An archive that holds anything
 * else than its members and its directory is an InputError: another reader might see it.
 */
export async function readZip(archive: Place): Promise<Member[]> {
  const { offset, parts } = findDirectory(archive);
  const members: Member[] = [];
  // What unzipper makes of a member takes 2 KB: it is given a few of them at a time.
  for (const part of parts) {
    for (const file of await filesOf(archive, part)) members.push(memberOf(archive, file));
  }
  checkOrder(archive, members, offset);
  return members;
}

async function filesOf(archive: Place, part: ZipDirectory): Promise<readonly ZipFile[]> {
  const bytes = withEnd(archive, part);
  const source = {
    size: () => Promise.resolve(bytes.length),
    stream: (offset: number) => Readable.from([bytes.subarray(offset)]),
  };
  const { files } = await Open.custom(source, { tailSize: bytes.length - part.size }).catch((error: unknown) => {
    throw damaged(archive, error instanceof Error ? error.message : String(error));
  });
  return files;
}

/** A member, if its local header agrees with the directory. */
function memberOf(archive: Place, file: ZipFile): Member {
  const { compressionMethod: method, compressedSize: packed, uncompressedSize: size, flags } = file;
  const offset = file.offsetToLocalFileHeader;
  const rawName = file.pathBuffer;
  // Where there is no name, unzipper gives a text.
  if (rawName.length === 0) throw damaged(archive, 'a member has no name');
  const name = file.isUnicode ? file.path : cp437(rawName);
  if (![packed, size, offset].every((number) => Number.isSafeInteger(number) && number >= 0)) {
    throw damaged(archive, `${name} has a damaged size or place`);
  }
  if (flags & UNREADABLE) throw damaged(archive, `${name} is encrypted or a patch`);
  if (method !== DEFLATED && method !== STORED) throw damaged(archive, `${name} has the unknown method ${method}`);
  if (method === STORED && packed !== size) throw damaged(archive, `${name} has two sizes`);
  if (name.endsWith('/') && size > 0) throw damaged(archive, `${name} is a directory with content`);
  if (offset + LOCAL_SIZE + rawName.length > archive.size) throw damaged(archive, `${name} is cut off`);
  const header = readNow(within(archive, offset, LOCAL_SIZE + rawName.length));
  const agrees =
    header.readUInt32LE(0) === LOCAL_HEADER &&
    header.readUInt16LE(8) === method &&
    header.readUInt16LE(26) === rawName.length &&
    header.subarray(LOCAL_SIZE).equals(rawName);
  if (!agrees) throw damaged(archive, `the header of ${name} is not what the directory says`);
  const start = offset + LOCAL_SIZE + rawName.length + header.readUInt16LE(28);
  if (start + packed > archive.size) throw damaged(archive, `${name} is cut off`);
  return {
    name,
    size,
    mtime: dosTime(file.lastModifiedDate, file.lastModifiedTime),
    mode: file.externalFileAttributes >>> 16,
    method,
    crc: file.crc32 >>> 0,
    hasDescriptor: (flags & HAS_DESCRIPTOR) !== 0,
    offset,
    start,
    packed,
  };
}

/** Throws where the members do not follow each other from the start up to the directory. */
function checkOrder(archive: Place, members: readonly Member[], directory: number): void {
  let end = 0;
  let last: Member | undefined;
  const close = (next: number): void => {
    if (last?.hasDescriptor) end += descriptorSize(archive, last, end, next);
    if (next < end) throw damaged(archive, `${last?.name ?? 'a member'} overlaps what follows it`);
    if (next > end)
      throw damaged(archive, `it has ${next - end} bytes before a member or its directory that are no member`);
  };
  for (const member of members.toSorted((a, b) => a.offset - b.offset)) {
    close(member.offset);
    end = member.start + member.packed;
    last = member;
  }
  close(directory);
}

/** A data descriptor (4.3.9): with or without a signature, its sizes in 4 or 8 bytes. */
function descriptorSize(archive: Place, { name, crc, packed, size }: Member, at: number, next: number): number {
  const length = next - at;
  if (![12, 16, 20, 24].includes(length)) throw damaged(archive, `${name} has no data descriptor`);
  const bytes = readNow(within(archive, at, length));
  const start = length === 16 || length === 24 ? 4 : 0;
  const wide = length >= 20;
  const agrees =
    (start === 0 || bytes.readUInt32LE(0) === DESCRIPTOR) &&
    bytes.readUInt32LE(start) === crc &&
    (wide ? Number(bytes.readBigUInt64LE(start + 4)) : bytes.readUInt32LE(start + 4)) === packed &&
    (wide ? Number(bytes.readBigUInt64LE(start + 12)) : bytes.readUInt32LE(start + 8)) === size;
  if (!agrees) throw damaged(archive, `the data descriptor of ${name} is not what the directory says`);
  return length;
}

/** The content of a member, verified as it is read: that it is damaged is an InputError at its end at the latest. */
export async function* readMember(archive: Place, member: Member): AsyncGenerator<Buffer> {
  if (isSmall(member)) {
    yield readMemberNow(archive, member);
    return;
  }
  let size = 0;
  let crc = 0;
  try {
    for await (const chunk of unpacked(archive, member)) {
      size += chunk.length;
      if (size > member.size) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw unpackable(archive, member, error);
  }
  verify(archive, member, size, crc);
}

/** Whether a member can be read at once: a stream would not be worth it. */
export function isSmall({ size, packed }: Member): boolean {
  return size <= SMALL && packed <= SMALL;
}

/** Holds what is inflated at once. */
const scratch = Buffer.allocUnsafeSlow(SMALL);

/** The content of a small member, verified; that it is damaged is an InputError. */
export function readMemberNow(archive: Place, member: Member): Buffer {
  const { start, packed, method, size } = member;
  const place = within(archive, start, packed);
  let content: Buffer;
  try {
    content =
      method === DEFLATED
        ? inflateRawSync(readNow(place, scratch), { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 })
        : readNow(place);
  } catch (error) {
    throw unpackable(archive, member, error);
  }
  verify(archive, member, content.length, crc32(content));
  return content;
}

function unpackable(archive: Place, { name }: Member, error: unknown): unknown {
  const code = errorCode(error) ?? '';
  return code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE' ? damaged(archive, `${name} is damaged`) : error;
}

function verify(archive: Place, member: Member, size: number, crc: number): void {
  if (size !== member.size) throw damaged(archive, `${member.name} has another size than the directory says`);
  if (crc !== member.crc) throw damaged(archive, `${member.name} has another CRC than the directory says`);
}

function unpacked(archive: Place, { start, packed, method, size }: Member): AsyncGenerator<Buffer> {
  const place = within(archive, start, packed);
  if (method !== DEFLATED) return chunksOf(place);
  const chunkSize = Math.max(SMALL, Math.min(size + 1, ZLIB_CHUNK));
  return throughZlib(createInflateRaw({ chunkSize }), chunksOf(place, ZLIB_CHUNK));
}

function dosTime(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hours, minutes, seconds] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  return Date.UTC(year, Math.max(0, month - 1), Math.max(1, day), hours, minutes, seconds) / 1000;
}
