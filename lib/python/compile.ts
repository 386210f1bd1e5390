import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { InputError, UsageError } from '../errors.ts';
import { execute } from '../process/execute.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import { bytesOf, type Content } from './contents.ts';
import type { Compiler, InstalledFile } from './install.ts';
import { type Target, type Version, versionText } from './target.ts';

/** The first of two numbers that .pyc files of a released Python begin with (CPython, pycore_magic_number.h). */
const magics: Readonly<Record<string, number>> = {
  '3.7': 3394,
  '3.8': 3413,
  '3.9': 3425,
  '3.10': 3439,
  '3.11': 3495,
  '3.12': 3531,
  '3.13': 3571,
  '3.14': 3627,
};

/** PEP 552: the source is told by its hash, which is not looked at again. */
const UNCHECKED_HASH = 1;
const HEAD = 16;

/**
 * Compiles as pip does, with a Python of this machine, into files that are the same every time: they name their source by
 * its hash and not by a time, and by the place where it will be.
 *
 * @param directory for sources and what becomes of them; it must stay as long as the result is read
 */
export function compiler({ compile, version, name }: Target, directory: string): Compiler {
  if (version === undefined) throw new UsageError(`--compile: the version of ${name} is not known`);
  if (version.major < 3 || version.minor < 7) throw new UsageError('--compile takes Python 3.7 or newer');
  return async (sources) => {
    const root = await mkdtemp(join(directory, 'compile-'));
    for (const source of sources) await write(source, join(root, source.path));
    const flags = ['-q', '-f', '-r', '1000', '--invalidation-mode', 'unchecked-hash', '-d', '/', root];
    const { PYTHONOPTIMIZE: _, PYTHONPYCACHEPREFIX: __, ...inherited } = process.env;
    // Sets of constants are written in the order of their hashes.
    const fixed = { TMPDIR: directory, PYTHONHASHSEED: '0', PYTHONUTF8: '1' };
    const run = await execute([...compile, ...flags], { ...inherited, ...fixed });
    const results: InstalledFile[] = [];
    for (const source of sources) {
      const file = await compiled(source, root, version);
      if (file) results.push(file);
    }
    const program = compile.join(' ');
    if (run === undefined) throw cannot(`${program} is not on PATH`, version);
    // A file that does not compile is left out, as by pip; with none at all it was not Python that ran.
    if (run.status > 1 || (results.length === 0 && run.status !== 0)) {
      throw cannot(`${program} failed with exit status ${run.status}`, version);
    }
    if (results.length === 0) throw cannot(`${program} is not a Python ${versionText(version)}`, version);
    return results;
  };
}

function cannot(why: string, version: Version): InputError {
  return new InputError(
    '--compile',
    why,
    `put a Python ${versionText(version)} on PATH, or name it in PyCompile of a platform file`,
  );
}

async function write({ content }: InstalledFile, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pump(byteSource(bytesOf(content)), createWriteStream(path));
}

/** What became of a source, if it is for that Python (PEP 3147). */
async function compiled(source: InstalledFile, root: string, version: Version): Promise<InstalledFile | undefined> {
  const { dir, name } = posix.parse(source.path);
  const path = `${dir}/__pycache__/${name}.cpython-${version.major}${version.minor}.pyc`;
  const file = join(root, path);
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) return undefined;
  await checkHead(file, version);
  const content: Content = { size: stats.size, read: () => createReadStream(file) };
  return { path, root: source.root, mode: 0o644, mtime: undefined, content, digest: `compiled ${source.digest}` };
}

async function checkHead(file: string, version: Version): Promise<void> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(HEAD);
    const { bytesRead } = await handle.read(head, 0, HEAD, 0);
    const wanted = magics[versionText(version)];
    const magic = head.readUInt16LE(0);
    if (bytesRead < HEAD || (wanted !== undefined && magic !== wanted)) {
      throw cannot(
        `this machine's Python writes the magic number ${magic}, and that of the release is ${wanted}`,
        version,
      );
    }
    if (head.readUInt32LE(4) !== UNCHECKED_HASH) {
      throw cannot('what compiles here does not know --invalidation-mode unchecked-hash', version);
    }
  } finally {
    await handle.close();
  }
}
