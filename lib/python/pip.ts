import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import { closeInputs, openInputs } from '../inputs/input.ts';
import { execute } from '../process/execute.ts';
import { platformTags } from './supported.ts';
import { type Target, versionText } from './target.ts';
import { openWheel, type Wheel } from './wheel.ts';

/** How the user's own pip is called, so that the index and the credentials of its settings hold. */
const pips = [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];

export interface DownloadedWheels {
  readonly wheels: Wheel[];
  close(): Promise<void>;
}

/**
 * Opens the wheels of requirements, which pip downloads for a Python that need not be this machine's. That pip is not
 * there or fails is an InputError.
 *
 * @param directory for the wheels; it must stay as long as they are open
 * @param report is told what pip prints; without it pip is quiet
 */
export async function downloadWheels(
  requirements: readonly string[],
  target: Target,
  directory: string,
  report: ((text: string) => void) | undefined,
): Promise<DownloadedWheels> {
  if (requirements.length === 0) return { wheels: [], close: () => Promise.resolve() };
  return downloaded({ words: ['--', ...requirements], name: requirements.join(' ') }, target, directory, report);
}

/**
 * The same for the lines of a requirements file, each of which has its hashes.
 *
 * @param lines options that say where pip is to look, and requirements
 * @param name what the file that they are from is called in errors
 */
export async function downloadLocked(
  lines: readonly string[],
  name: string,
  target: Target,
  directory: string,
  report: ((text: string) => void) | undefined,
): Promise<DownloadedWheels> {
  const file = join(directory, 'requirements.txt');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return downloaded({ words: ['--require-hashes', '-r', file], name }, target, directory, report);
}

interface Wanted {
  /** Words of pip's command line that say it. */
  readonly words: readonly string[];
  /** What it is called in errors. */
  readonly name: string;
}

async function downloaded(
  wanted: Wanted,
  target: Target,
  directory: string,
  report: ((text: string) => void) | undefined,
): Promise<DownloadedWheels> {
  const folder = await mkdtemp(join(directory, 'wheels-'));
  await runPip(wanted, target, { directory, folder }, report);
  const paths = (await readdir(folder)).sort().map((name) => join(folder, name));
  const inputs = await openInputs(paths);
  try {
    const wheels: Wheel[] = [];
    for (const { name, place } of inputs) {
      if (place)
        wheels.push(await openWheel({ ...place, name: basename(name) }, { fileName: basename(name), origin: 'index' }));
    }
    return { wheels, close: () => closeInputs(inputs) };
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
}

async function runPip(
  wanted: Wanted,
  { name, version, fullVersion, flags, libc, architecture }: Target,
  { directory, folder }: { readonly directory: string; readonly folder: string },
  report: ((text: string) => void) | undefined,
): Promise<void> {
  if (version === undefined) {
    throw new InputError(name, 'does not tell the version of its Python', 'add Version: "3.11" or the like');
  }
  const words = [
    ...['download', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--no-input'],
    ...(report ? [] : ['--quiet']),
    ...['--implementation', 'cp', '--python-version', fullVersion ?? versionText(version)],
    ...(flags ? ['--abi', `cp${version.major}${version.minor}${flags}`] : []),
    ...platformTags({ libc, architecture }).flatMap((tag) => ['--platform', tag]),
    ...['--dest', folder, ...wanted.words],
  ];
  for (const pip of pips) {
    // A Python may be there without its pip.
    if (pip.length > 1 && (await execute([...pip, '--version'], process.env))?.status !== 0) continue;
    const run = await execute([...pip, ...words], { ...process.env, TMPDIR: directory });
    if (run === undefined) continue;
    report?.(run.output);
    if (run.status !== 0) throw new InputError(wanted.name, `pip download failed with exit status ${run.status}`);
    return;
  }
  throw new InputError(wanted.name, 'is brought by pip, which is not on PATH', 'install pip, or give wheels');
}
