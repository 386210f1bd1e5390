import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import { closeInputs, openInputs } from '../inputs/input.ts';
import { execute } from '../process/execute.ts';
import { type Abi, type Target, versionText } from './target.ts';
import { openWheel, type Wheel } from './wheel.ts';

/** What is taken for a Linux that is not known: that of the official python images. */
const USUAL = { architecture: 'x86_64', libc: { name: 'glibc', version: { major: 2, minor: 36 } } } as const;

/** How the user's own pip is called, so that the index and the credentials of its settings hold. */
const pips = [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];

export interface DownloadedWheels {
  readonly wheels: readonly Wheel[];
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
  const folder = join(directory, 'wheels');
  await mkdir(folder);
  await runPip(requirements, target, { directory, folder }, report);
  const paths = (await readdir(folder)).sort().map((name) => join(folder, name));
  const inputs = await openInputs(paths);
  try {
    const wheels: Wheel[] = [];
    for (const { name, place } of inputs) {
      if (place)
        wheels.push(
          await openWheel({ ...place, name: basename(name) }, { fileName: basename(name), isFromIndex: true }),
        );
    }
    return { wheels, close: () => closeInputs(inputs) };
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
}

async function runPip(
  requirements: readonly string[],
  { name, version, flags, libc, architecture }: Target,
  { directory, folder }: { readonly directory: string; readonly folder: string },
  report: ((text: string) => void) | undefined,
): Promise<void> {
  if (version === undefined) {
    throw new InputError(name, 'does not tell the version of its Python', 'add Version: "3.11" or the like');
  }
  const words = [
    ...['download', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--no-input'],
    ...(report ? [] : ['--quiet']),
    ...['--implementation', 'cp', '--python-version', versionText(version)],
    ...(flags ? ['--abi', `cp${version.major}${version.minor}${flags}`] : []),
    ...platformTags({ libc, architecture }).flatMap((tag) => ['--platform', tag]),
    ...['--dest', folder, '--', ...requirements],
  ];
  const names = requirements.join(' ');
  for (const pip of pips) {
    // A Python may be there without its pip.
    if (pip.length > 1 && (await execute([...pip, '--version'], process.env))?.status !== 0) continue;
    const run = await execute([...pip, ...words], { ...process.env, TMPDIR: directory });
    if (run === undefined) continue;
    report?.(run.output);
    if (run.status !== 0) throw new InputError(names, `pip download failed with exit status ${run.status}`);
    return;
  }
  throw new InputError(names, 'is brought by pip, which is not on PATH', 'install pip, or give wheels');
}

/** The platform tags that a Python accepts, the best first (PEP 600 and 656). */
function platformTags(abi: Pick<Abi, 'libc' | 'architecture'>): string[] {
  const machine = abi.architecture ?? USUAL.architecture;
  const { name, version } = abi.libc ?? USUAL.libc;
  const { major, minor } = version ?? (name === 'glibc' ? USUAL.libc.version : { major: 1, minor: 2 });
  const family = name === 'glibc' ? 'manylinux' : 'musllinux';
  const tags: string[] = [];
  for (let older = minor; older >= 0; older--) {
    tags.push(`${family}_${major}_${older}_${machine}`);
    const alias = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' }[older];
    if (family === 'manylinux' && alias !== undefined) tags.push(`${alias}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}
