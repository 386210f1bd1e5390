import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { execute } from '../process/execute.ts';
import { type Abi, type Version, versionText } from './target.ts';

/** Whether a word is a requirement (PEP 508) and not the name of a file. */
export function isRequirement(word: string): boolean {
  const name = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
  const versions = '[<>=!~]=?=?[^/\\s]+';
  const pattern = new RegExp(`^${name}\\s*(?:\\[[^\\]/]*\\])?\\s*(?:${versions}|@\\s*\\S+)?$`);
  return pattern.test(word) && (word.includes('@') || !word.endsWith('.whl'));
}

/** What is taken for a Linux that is not known: that of the official python images. */
const USUAL = { architecture: 'x86_64', libc: { name: 'glibc', version: { major: 2, minor: 36 } } } as const;

/** How the user's own pip is called, so that the index and the credentials of its settings hold. */
const pips = [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];

/**
 * Brings the wheels of requirements with pip, for a Python that need not be this machine's.
 *
 * @returns their paths, in a directory that is the caller's
 */
export async function download(
  requirements: readonly string[],
  abi: Abi & { readonly version: Version },
  directory: string,
  quiet: boolean,
): Promise<string[]> {
  const words = [
    ...['download', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--no-input'],
    ...(quiet ? ['--quiet'] : []),
    ...['--implementation', 'cp', '--python-version', versionText(abi.version)],
    ...(abi.flags ? ['--abi', `cp${abi.version.major}${abi.version.minor}${abi.flags}`] : []),
    ...platforms(abi).flatMap((platform) => ['--platform', platform]),
    ...['--dest', directory, '--', ...requirements],
  ];
  for (const pip of pips) {
    // A Python may be there without its pip.
    if (pip.length > 1 && (await execute([...pip, '--version'], process.env))?.status !== 0) continue;
    const done = await execute([...pip, ...words], process.env);
    if (done === undefined) continue;
    if (!quiet) process.stderr.write(done.output);
    if (done.status !== 0)
      throw new InputError(requirements.join(' '), `pip download failed with exit status ${done.status}`);
    return (await readdir(directory)).sort().map((name) => join(directory, name));
  }
  throw new InputError(
    requirements.join(' '),
    'is brought by pip, which is not on PATH',
    'install pip, or give wheels',
  );
}

/** The platform tags that a Python accepts, the best first (PEP 600 and 656). */
function platforms(abi: Abi): string[] {
  const machine = abi.architecture ?? USUAL.architecture;
  const { name, version } = abi.libc ?? USUAL.libc;
  const { major, minor } = version ?? (name === 'glibc' ? USUAL.libc.version : { major: 1, minor: 2 });
  const family = name === 'glibc' ? 'manylinux' : 'musllinux';
  const tags: string[] = [];
  for (let older = minor; older >= 0; older--) {
    tags.push(`${family}_${major}_${older}_${machine}`);
    const old = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' }[older];
    if (family === 'manylinux' && old !== undefined) tags.push(`${old}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}
