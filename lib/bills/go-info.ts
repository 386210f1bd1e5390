import { GO_INFO_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import { LOADED, type Program, programOf, type ReadAt, RUNS, WRITES } from './program.ts';

/** A module that a program was built from. */
export interface GoModule {
  readonly path: string | undefined;
  readonly version: string | undefined;
  readonly isMain: boolean;
}

/** What a Go program tells of how it was built. */
export interface GoInfo {
  /** Of Go itself. */
  readonly version: string;
  /** @param text makes text of bytes, one character each */
  modules(text: (bytes: string) => string | undefined): GoModule[];
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
/** The blob begins with so many bytes of header, and stands at a multiple of the alignment. */
const HEADER = 32;
const ALIGNMENT = 16;
/** Where no section is named, so much of the first data is searched, in bytes. */
const SEARCHED = 1024 * 1024;
/** Sixteen bytes on each side, by which the linker's text is found in the memory of a program. */
const MARK = 16;

/**
 * Reads the build info of a Go program, as debug/buildinfo does. Undefined where there is none; a FormatError where it is
 * broken.
 */
export function goInfo(read: ReadAt): GoInfo | undefined {
  const program = programOf(read);
  const address = program && blobIn(program);
  if (program === undefined || address === undefined) return undefined;
  const head = program.at(address, HEADER);
  if (head.length < HEADER) throw new FormatError('has build info that is cut off');
  const flags = head[15]!;
  const [version, info] = (flags & 2) !== 0 ? inline(program, address + HEADER) : pointed(program, head, flags);
  if (version === '') return undefined;
  return { version, modules: (text) => modulesIn(unmarked(info), text) };
}

/** The address of the blob. */
function blobIn(program: Program): number | undefined {
  const section = program.section('.go.buildinfo');
  if (section === 'none') return undefined;
  const data =
    section ?? program.segments.find(({ type, flags }) => type === LOADED && (flags & (RUNS | WRITES)) === WRITES);
  if (data === undefined) return undefined;
  const bytes = program.at(data.address, Math.min(data.size, SEARCHED));
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if ((data.address + at) % ALIGNMENT === 0) return data.address + at;
  }
  return undefined;
}

/** Since Go 1.18: two texts behind the header, each behind its length. */
function inline(program: Program, address: number): [version: string, info: string] {
  const texts: string[] = [];
  let at = address;
  for (let count = 0; count < 2; count++) {
    const head = program.at(at, 10);
    let length = 0;
    let size = 0;
    for (let more = true; more; size++) {
      const byte = head[size];
      if (byte === undefined) throw new FormatError('has build info that is cut off');
      length += (byte & 0x7f) * 2 ** (7 * size);
      more = byte >= 0x80;
    }
    texts.push(textAt(program, at + size, length));
    at += size + length;
  }
  return [texts[0]!, texts[1]!];
}

/** Before: two pointers in the header, each to where a text is and how long. */
function pointed(program: Program, head: Buffer, flags: number): [version: string, info: string] {
  const size = head[14]!;
  if (size !== 4 && size !== 8) throw new FormatError('has build info of an unknown form');
  const isBig = (flags & 1) !== 0;
  const number = (bytes: Buffer, at: number): number => {
    if (bytes.length < at + size) return 0;
    if (size === 4) return isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    return Number(isBig ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
  };
  const text = (pointer: number): string => {
    const string = program.at(pointer, 2 * size);
    return pointer === 0 ? '' : textAt(program, number(string, 0), number(string, size));
  };
  return [text(number(head, MARK)), text(number(head, MARK + size))];
}

function textAt(program: Program, address: number, length: number): string {
  if (length > GO_INFO_LIMIT) throw new FormatError(`has build info of more than ${GO_INFO_LIMIT} bytes`);
  const bytes = program.at(address, length);
  if (bytes.length < length) throw new FormatError('has build info that is cut off');
  return bytes.toString('latin1');
}

function unmarked(info: string): string {
  return info.length > 2 * MARK && info[info.length - MARK - 1] === '\n' ? info.slice(MARK, -MARK) : '';
}

/** `mod`, `dep` and what replaces the one before (`=>`), with tabs between the columns. */
function modulesIn(info: string, text: (bytes: string) => string | undefined): GoModule[] {
  const modules: GoModule[] = [];
  for (const line of info.split('\n')) {
    const [kind, path = '', version = ''] = line.split('\t');
    if (kind === 'mod' || kind === 'dep') {
      modules.push({ path: text(path), version: text(version), isMain: kind === 'mod' });
    }
    const before = modules.at(-1);
    if (kind !== '=>' || before === undefined) continue;
    // A folder has no name of its own.
    const isFolder = /^(?:\.{0,2}\/|\.{1,2}$|[A-Za-z]:)/.test(path);
    modules[modules.length - 1] = {
      path: isFolder ? before.path : text(path),
      version: text(version) || '(devel)',
      isMain: before.isMain,
    };
  }
  return modules;
}
