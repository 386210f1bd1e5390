import { isPlace, type Place } from '../bytes/place.ts';
import { type Spill, spill } from '../bytes/spill.ts';
import { isSmall, type Member, readMember, readMemberNow } from '../codecs/zip.ts';
import { contentOf, gather } from '../entries/body.ts';
import { blame } from '../errors.ts';
import { giveBack } from '../memory/loans.ts';
import type { PlannedFile } from './plan.ts';
import { checked, checkNow, isPromising, type Row, rowOf } from './record.ts';
import { startsForPython, withInterpreter } from './script.ts';
import type { Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** Bytes that can be had at any time. */
export type Content = Buffer | Place | Unread | { readonly size: number; read(): AsyncIterable<Buffer> };

/** A file of a wheel that has not been verified: it is whenever it is read. */
interface Unread {
  readonly archive: Place;
  readonly member: Member;
  readonly size: number;
  /** As in RECORD; undefined where that tells none. */
  readonly digest: string | undefined;
}

function isUnread(content: Content): content is Unread {
  return 'archive' in content;
}

/** The bytes of a content. That a file is not what RECORD says is an InputError. */
export function bytesOf(content: Content): AsyncIterable<Buffer> {
  if (Buffer.isBuffer(content) || isPlace(content)) return contentOf(content);
  return isUnread(content) ? verifiedBytes(content) : content.read();
}

async function* verifiedBytes(content: Unread): AsyncGenerator<Buffer> {
  const { archive, member } = content;
  try {
    const row = rowOfUnread(content);
    const bytes = readMember(archive, member);
    yield* row ? checked(bytes, row) : bytes;
  } catch (error) {
    throw blame(archive.name, error);
  }
}

/** The bytes of a content that can be had at once; undefined for others. */
export function bytesNow(content: Content): Buffer | undefined {
  if (Buffer.isBuffer(content) || isPlace(content) || !isUnread(content) || !isSmall(content.member)) return undefined;
  const { archive, member } = content;
  try {
    return readSmall(archive, member, rowOfUnread(content));
  } catch (error) {
    throw blame(archive.name, error);
  }
}

function rowOfUnread({ member, digest }: Unread): Row | undefined {
  return digest === undefined ? undefined : [member.name, digest, ''];
}

function readSmall(archive: Place, member: Member, row: Row | undefined): Buffer {
  const content = readMemberNow(archive, member);
  if (row) checkNow(content, row);
  return content;
}

/** Verifies a content that nobody will have. */
export async function verifyOnly(content: Content): Promise<void> {
  if (Buffer.isBuffer(content) || isPlace(content) || !isUnread(content)) return;
  for await (const chunk of bytesOf(content)) giveBack(chunk);
}

/** A script whose first line changes is gathered into memory, up to this size in bytes. */
const SCRIPT_LIMIT = 16 * 1024 * 1024;

/** What an empty file holds. */
const NOTHING = Buffer.alloc(0);

/** What of a file is installed. */
export interface FileContent {
  readonly content: Content;
  /** The row of RECORD, with the digest and size of the content; undefined where RECORD tells none. */
  readonly row: Row | undefined;
}

/** Reads the files of a wheel, each to its end. All are verified against their rows before the first can be installed. */
export interface ContentReader {
  /** That a file is not what its row says is a FormatError. Several may be read at once. */
  read(file: PlannedFile, pathInRecord: string): Promise<FileContent>;
  /** Resolves when all that was read can be read again. */
  written(): Promise<void>;
}

/**
 * A file that is only read when it goes out. Undefined where it must be looked into before, or is known to be wrong, as to
 * read it will tell.
 */
export function unread(archive: Place, { member, row, isScript }: PlannedFile): FileContent | undefined {
  if (isScript || !isPromising(row, member.size)) return undefined;
  return { content: { archive, member, size: member.size, digest: row?.[1] }, row };
}

/** Reads the files of one wheel. */
export function contentReader({ input, archive }: Pick<Wheel, 'input' | 'archive'>, target: Target): ContentReader {
  /** As many as files are read at once, since a file lies in one in one piece. */
  const spilled: Spill[] = [];
  const idle: Spill[] = [];

  async function idleSpill(): Promise<Spill> {
    const kept = idle.pop();
    if (kept) return kept;
    const made = await spill(input);
    spilled.push(made);
    return made;
  }

  /**
   * Reads a file to its end, and keeps it once it is verified: to inflate it again would take longer. Tells its first
   * bytes, and its place; an empty file has none.
   */
  async function verify({ member, row }: PlannedFile): Promise<{ start: Buffer; place: Place | undefined }> {
    const kept = member.size > 0 ? await idleSpill() : undefined;
    const offset = kept?.size() ?? 0;
    let start: Buffer = Buffer.alloc(0);
    if (isSmall(member)) {
      const content = readSmall(archive, member, row);
      start = content.subarray(0, 8);
      await kept?.add(content);
    } else {
      const content = readMember(archive, member);
      for await (const chunk of row ? checked(content, row) : content) {
        if (start.length < 8) start = Buffer.concat([start, chunk.subarray(0, 8)]);
        await kept?.add(chunk);
      }
    }
    if (kept) idle.push(kept);
    return { start, place: kept?.placeAhead(offset, member.size) };
  }

  return {
    async written() {
      for (const kept of spilled) await kept.written();
    },
    async read(file, pathInRecord) {
      const { member, row, isScript, isReplaced } = file;
      const { start, place } = await verify(file);
      if (isReplaced || !isScript || !startsForPython(start)) return { content: place ?? NOTHING, row };
      const script = await gather(readMember(archive, member), SCRIPT_LIMIT, `${input}: the script ${member.name}`);
      const content = withInterpreter(script, target.console);
      return content ? { content, row: rowOf(pathInRecord, content) } : { content: place ?? NOTHING, row };
    },
  };
}
