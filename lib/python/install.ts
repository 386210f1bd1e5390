import { posix } from 'node:path';
import { blame, FormatError } from '../errors.ts';
import { ahead } from '../streams/ahead.ts';
import { type Content, contentReader, type FileContent, unread, verifyOnly } from './contents.ts';
import { libraryOf, type PlannedFile, planOf } from './plan.ts';
import { type Row, rowOf, writeRecord } from './record.ts';
import { scriptsOf } from './script.ts';
import type { Target } from './target.ts';
import type { Wheel } from './wheel.ts';

/** A file as it is to be installed. */
export interface InstalledFile {
  /** Absolute. */
  readonly path: string;
  /** The folder of the scheme that it is in: that exists already, what is below it may not. */
  readonly root: string;
  readonly mode: number;
  /** Seconds since 1970; undefined for what was made here. */
  readonly mtime: number | undefined;
  readonly content: Content;
  /** As in RECORD: files of one path agree if these do. */
  readonly digest: string;
}

/** Files that are read at once: one is inflated while another is hashed and written. */
const AT_ONCE = 4;

/** Makes the .pyc files of sources; one that is not Python is left out. */
export type Compiler = (sources: readonly InstalledFile[]) => Promise<InstalledFile[]>;

export interface InstallOptions {
  /** Makes .pyc files, if there are to be any. */
  readonly compile?: Compiler | undefined;
  /**
   * Whether what is written counts only when all of it is right: then files are verified as they are read, and not
   * before.
   */
  readonly isLate?: boolean | undefined;
}

/**
 * Where pip 23 puts the files of a wheel, and what it adds. That a file is not what RECORD says, or cannot be installed, is
 * an InputError: when this resolves every file has been verified, or, where they are late, is when it is read.
 */
export async function install(wheel: Wheel, target: Target, options: InstallOptions = {}): Promise<InstalledFile[]> {
  try {
    return await installedFiles(wheel, target, options);
  } catch (error) {
    throw blame(wheel.input, error);
  }
}

async function installedFiles(
  wheel: Wheel,
  target: Target,
  { compile, isLate = false }: InstallOptions,
): Promise<InstalledFile[]> {
  const library = libraryOf(wheel, target);
  const below = `${library}/`;
  const pathInRecord = (path: string): string =>
    path.startsWith(below) ? path.slice(below.length) : posix.relative(library, path);
  const files = new Map<string, InstalledFile>();
  /** What a file takes the place of is verified all the same. */
  const put = async (file: InstalledFile): Promise<void> => {
    const before = files.get(file.path);
    if (before) await verifyOnly(before.content);
    files.set(file.path, file);
  };
  /** The new rows of RECORD by the names in the wheel. */
  const rows = new Map<string, Row>();

  const reader = contentReader(wheel, target);
  const read = async (file: PlannedFile): Promise<FileContent & { readonly file: PlannedFile }> => {
    return { file, ...(await reader.read(file, pathInRecord(file.path))) };
  };
  async function* contents(): AsyncGenerator<Awaited<ReturnType<typeof read>>> {
    const plan = planOf(wheel, target);
    // What is compiled is read twice: to inflate it twice would take longer.
    if (!isLate || compile) yield* ahead(plan, AT_ONCE, read);
    else {
      for (const file of plan) {
        const later = unread(wheel.archive, file);
        yield later ? { file, ...later } : await read(file);
      }
    }
  }
  for await (const { file, content, row } of contents()) {
    const { member, path, root, mode, isReplaced } = file;
    if (isReplaced) continue;
    const [, digest, size] = row ?? ['', '', ''];
    const name = pathInRecord(path);
    // Most go where their row says already, which need not be kept twice.
    rows.set(member.name, row && name === row[0] ? row : [name, digest, size]);
    const other = files.get(path);
    if (other && (other.digest !== digest || other.mode !== mode)) {
      throw new FormatError(`has two different files for ${path}`);
    }
    await put({ path, root, mode, mtime: member.mtime, content, digest });
  }

  await reader.written();

  const sources = [...files.values()].filter(({ path }) => path.endsWith('.py'));
  const compiled = compile && sources.length > 0 ? await compile(sources) : [];
  const generated = [...generatedFiles(wheel, target)];
  const last = new Map(generated.map(({ path, content }) => [path, content]));
  for (const file of [...compiled, ...generated]) await put(file);

  const record = posix.join(library, wheel.info, 'RECORD');
  const content = writeRecord([
    ...carriedRows(wheel, rows),
    // Where a program is made twice, both rows are of the last, as with pip.
    ...generated.map(({ path }) => rowOf(pathInRecord(path), last.get(path)!)),
    ...compiled.map(({ path }): Row => [pathInRecord(path), '', '']),
  ]);
  await put({ path: record, root: library, mode: 0o644, mtime: undefined, content, digest: 'RECORD' });
  return [...files.values()];
}

/** The rows of the wheel's own RECORD where its files have gone; then those of files that it did not list. */
function carriedRows({ record }: Wheel, rows: Map<string, Row>): Row[] {
  const unlisted = new Map(rows);
  const carried = record.map((row): Row => {
    const [name, digest, size] = row;
    // A row that comes again keeps its old path, as with pip.
    const now = unlisted.get(name);
    unlisted.delete(name);
    if (now === undefined) return row;
    return now[1] === '' ? [now[0], digest, size] : now;
  });
  return [...carried, ...[...unlisted.values()].map(([path]): Row => [path, '', ''])];
}

interface GeneratedFile extends InstalledFile {
  readonly content: Buffer;
}

/** What pip adds to the files of a wheel. */
function* generatedFiles(wheel: Wheel, target: Target): Generator<GeneratedFile> {
  const { scripts } = target.scheme;
  const library = libraryOf(wheel, target);
  const file = (root: string, path: string, mode: number, content: Buffer): GeneratedFile => {
    return { path: posix.join(root, path), root, mode, mtime: undefined, content, digest: rowOf('', content)[1] };
  };
  for (const { name, content } of scriptsOf(wheel.entryPoints, target)) yield file(scripts, name, 0o755, content);
  const metadata = (name: string, text: string): GeneratedFile => {
    return file(library, posix.join(wheel.info, name), 0o644, Buffer.from(text));
  };
  yield metadata('INSTALLER', 'pip\n');
  yield metadata('REQUESTED', '');
  // PEP 610: what came from an index by its name has none.
  if (wheel.url === undefined) return;
  const archive = `{"hash": "sha256=${wheel.sha256}", "hashes": {"sha256": "${wheel.sha256}"}}`;
  yield metadata('direct_url.json', `{"archive_info": ${archive}, "url": ${asciiJson(wheel.url)}}`);
}

/** A text as Python's json writes it, which escapes all but ASCII. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
