import { posix } from 'node:path';
import { give } from '../memory/loans.ts';
import { FormatError, InputError } from '../errors.ts';
import type { Place } from '../bytes/place.ts';
import { type Spill, spill } from '../bytes/spill.ts';
import type { Member } from '../codecs/zip.ts';
import { checked, type Row, rowOf, writeRecord } from './record.ts';
import { scriptsOf, startsForPython, withInterpreter } from './script.ts';
import { schemeKeys, type Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** A file as it is to be installed. */
export interface Installed {
  /** Absolute. */
  readonly path: string;
  /** The folder of the scheme that it is in: that exists already, what is below it may not. */
  readonly root: string;
  readonly mode: number;
  /** Seconds since 1970; undefined for what was made here. */
  readonly mtime: number | undefined;
  readonly content: Buffer | Place | Content;
  /** As in RECORD: files of one path agree if these do. */
  readonly digest: string;
}

/** Bytes that can be had at any time. */
export type Content = Pick<Member, 'size' | 'read'>;

/** Makes the .pyc files of sources; one that is not Python is left out. */
export type Compiler = (sources: readonly Installed[]) => Promise<Installed[]>;

/** A script whose first line changes is held in memory, up to this size in bytes. */
const SCRIPT_LIMIT = 16 * 1024 * 1024;

/** Files above this size in bytes are kept once they have been verified. */
const LARGE = 1024 * 1024;

/** Where pip 23 puts the files of a wheel, and what it adds. Every file has been verified when this resolves. */
export async function install(wheel: Wheel, target: Target, compile?: Compiler): Promise<Installed[]> {
  try {
    return await installed(wheel, target, compile);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(wheel.input, error.message);
  }
}

async function installed(wheel: Wheel, target: Target, compile?: Compiler): Promise<Installed[]> {
  const lib = wheel.isPurelib ? target.scheme.purelib : target.scheme.platlib;
  const inRecord = (path: string): string => posix.relative(lib, path);
  const files = new Map<string, Installed>();
  /** New paths in RECORD by old ones. */
  const moved = new Map<string, string>();
  const changed = new Map<string, Row>();
  const listed = rowsByName(wheel);
  // All is verified before the first byte goes out. To inflate what is large again would take longer than to keep it.
  let large: Spill | undefined;
  const keep = async (member: Member): Promise<Spill | undefined> => {
    if (member.size <= LARGE) return undefined;
    large ??= await spill(wheel.input);
    return large;
  };

  for (const [name, member] of wheel.members) {
    const { path, root, isScript } = destination(wheel, target, lib, name);
    const { start, place } = await verified(member, listed.get(name), keep);
    if (isScript && isWrapper(wheel, path)) continue;
    moved.set(name, inRecord(path));
    const script =
      isScript && startsForPython(start) ? withInterpreter(await whole(member), target.console) : undefined;
    const row = script ? rowOf(inRecord(path), script) : listed.get(name);
    if (script && row) changed.set(inRecord(path), row);
    const file = {
      path,
      root,
      mode: modeOf(member),
      mtime: member.mtime,
      content: script ?? place ?? member,
      digest: row?.[1] ?? '',
    };
    const other = files.get(path);
    if (other && (other.digest !== file.digest || other.mode !== file.mode)) {
      throw new FormatError(`has two different files for ${path}`);
    }
    files.set(path, file);
  }

  const sources = [...files.values()].filter(({ path }) => path.endsWith('.py'));
  const compiled = compile && sources.length > 0 ? await compile(sources) : [];
  for (const file of compiled) files.set(file.path, file);

  const rows: Row[] = [];
  for (const [name, digest, size] of wheel.record) {
    const path = moved.get(name) ?? name;
    moved.delete(name);
    rows.push(changed.get(path) ?? [path, digest, size]);
  }
  for (const [path, root, mode, content] of generated(wheel, target, lib)) {
    const row = rowOf(inRecord(path), content);
    files.set(path, { path, root, mode, mtime: undefined, content, digest: row[1] });
    rows.push(row);
  }
  for (const path of moved.values()) rows.push([path, '', '']);
  for (const { path } of compiled) rows.push([inRecord(path), '', '']);
  const path = posix.join(lib, wheel.info, 'RECORD');
  files.set(path, { path, root: lib, mode: 0o644, mtime: undefined, content: writeRecord(rows), digest: 'RECORD' });
  return [...files.values()];
}

interface Destination {
  readonly path: string;
  readonly root: string;
  readonly isScript: boolean;
}

/** PEP 427, "The .data directory": any folder at the top that is named so counts, as for pip. */
function destination(wheel: Wheel, { scheme }: Target, lib: string, name: string): Destination {
  const [folder = '', key, ...rest] = posix.normalize(name).split('/');
  if (!folder.endsWith('.data')) return { path: posix.join(lib, name), root: lib, isScript: false };
  const known = schemeKeys.find((one) => one === key);
  if (known === undefined || rest.length === 0) {
    throw new FormatError(`${name} is not in a folder that is one of ${schemeKeys.join(', ')}`);
  }
  const root = scheme[known];
  const below = known === 'headers' ? posix.join(root, wheel.project) : root;
  return { path: posix.join(below, ...rest), root, isScript: known === 'scripts' };
}

/** A script that setuptools made for an entry point is left to the one that is made here. */
function isWrapper({ entryPoints }: Wheel, path: string): boolean {
  const name = posix.basename(path).replace(/(\.exe|-script\.py|\.pya)$/i, '');
  return entryPoints.console.has(name) || entryPoints.gui.has(name);
}

/** RECORD by name, if it lists what is in the wheel and nothing else. Only itself and signatures may be missing. */
function rowsByName({ record, members, info }: Wheel): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of record) {
    const [name] = row;
    if (!members.has(name)) throw new FormatError(`RECORD lists ${name}, which is not there`);
    const other = rows.get(name);
    if (other && (other[1] !== row[1] || other[2] !== row[2])) throw new FormatError(`RECORD lists ${name} twice`);
    rows.set(name, row);
  }
  const exempt = ['RECORD', 'RECORD.jws', 'RECORD.p7s'].map((file) => `${info}/${file}`);
  for (const name of members.keys()) {
    if (!rows.has(name) && !exempt.includes(name)) throw new FormatError(`RECORD does not list ${name}`);
  }
  for (const name of exempt) if (rows.get(name)?.[1] === '') rows.delete(name);
  return rows;
}

/** Reads a file to its end, against its row where it has one; tells its first bytes, and its place if it was kept. */
async function verified(
  member: Member,
  row: Row | undefined,
  keep: (member: Member) => Promise<Spill | undefined>,
): Promise<{ start: Buffer; place: Place | undefined }> {
  const kept = await keep(member);
  const offset = kept?.size() ?? 0;
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of row ? checked(member.read(), row) : member.read()) {
    if (start.length < 8) start = Buffer.concat([start, chunk.subarray(0, 8)]);
    if (kept) await kept.add(chunk);
    else give(chunk);
  }
  return { start, place: await kept?.place(offset, member.size) };
}

async function whole(member: Member): Promise<Buffer> {
  if (member.size > SCRIPT_LIMIT)
    throw new FormatError(`the script ${member.name} is larger than ${SCRIPT_LIMIT} bytes`);
  const chunks: Buffer[] = [];
  for await (const chunk of member.read()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** As pip decides: any x bit of a file that says it is a regular one. */
function modeOf({ mode }: Member): number {
  const isRegular = (mode & 0o170000) === 0o100000;
  return isRegular && (mode & 0o111) !== 0 ? 0o755 : 0o644;
}

function* generated(
  wheel: Wheel,
  target: Target,
  lib: string,
): Generator<[path: string, root: string, mode: number, content: Buffer]> {
  for (const { name, content } of scriptsOf(wheel.entryPoints, target)) {
    yield [posix.join(target.scheme.scripts, name), target.scheme.scripts, 0o755, content];
  }
  const info = (name: string, text: string): [string, string, number, Buffer] => {
    return [posix.join(lib, wheel.info, name), lib, 0o644, Buffer.from(text)];
  };
  yield info('INSTALLER', 'pip\n');
  yield info('REQUESTED', '');
  // PEP 610: what came from an index by its name has none.
  if (wheel.isFromIndex) return;
  // A pipe has no address, and a file's is of this machine: the name that the content tells stands for both.
  const archive = `{"hash": "sha256=${wheel.sha256}", "hashes": {"sha256": "${wheel.sha256}"}}`;
  yield info('direct_url.json', `{"archive_info": ${archive}, "url": "file:///${encodeURIComponent(wheel.fileName)}"}`);
}
