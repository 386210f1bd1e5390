import { isPlace, type Place } from '../bytes/place.ts';
import { type Spill, spill } from '../bytes/spill.ts';
import { readMember } from '../codecs/zip.ts';
import { contentOf, gather } from '../entries/body.ts';
import type { PlannedFile } from './plan.ts';
import { checked, type Row, rowOf } from './record.ts';
import { startsForPython, withInterpreter } from './script.ts';
import type { Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** Bytes that can be had at any time. */
export type Content = Buffer | Place | { readonly size: number; read(): AsyncIterable<Buffer> };

/** The bytes of a content. */
export function bytesOf(content: Content): AsyncIterable<Buffer> {
  return Buffer.isBuffer(content) || isPlace(content) ? contentOf(content) : content.read();
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
    const content = readMember(archive, member);
    for await (const chunk of row ? checked(content, row) : content) {
      if (start.length < 8) start = Buffer.concat([start, chunk.subarray(0, 8)]);
      await kept?.add(chunk);
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
