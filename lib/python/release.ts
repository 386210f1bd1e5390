import { posix } from 'node:path';
import { isPlace } from '../bytes/place.ts';
import { contentOf, gather } from '../entries/body.ts';
import type { Filesystem } from '../image/filesystem.ts';
import type { Interpreter, Layout } from './layout.ts';
import { search } from './search.ts';
import { versionText } from './target.ts';

/*
 * The whole version of a Python, which no name in an image tells.
 */

const HEADER_LIMIT = 64 * 1024;

const isProgram = /^python[0-9]\.[0-9]+[a-z]?$/;
const isLibrary = /^libpython[0-9]\.[0-9]+[a-z]*\.so(\.[0-9.]+)?$/;

/** How much of a file that takes, in bytes, by the last component of its path. */
export function releaseBytes(name: string): number {
  if (name === 'patchlevel.h') return HEADER_LIMIT;
  return isProgram.test(name) || isLibrary.test(name) ? Number.POSITIVE_INFINITY : 0;
}

/**
 * The version as `3.12.4`: official images have it in their variables, headers in patchlevel.h, and the interpreter, or the
 * library that it is in, as a string of its own. Undefined where none of them tells.
 *
 * @param env the variables of the image's config, `KEY=VALUE`
 */
export async function fullVersionOf(
  root: Filesystem,
  { real }: Interpreter,
  { version, prefix, library }: Pick<Layout, 'version' | 'prefix' | 'library'>,
  env: readonly string[],
): Promise<string | undefined> {
  const number = `${versionText(version).replace('.', '\\.')}\\.[0-9]{1,3}(?:(?:a|b|rc)[0-9]{1,3})?`;
  if (prefix === '/usr/local') {
    const variable = env.map((text) => new RegExp(`^PYTHON_VERSION=(${number})$`).exec(text)?.[1]);
    const told = variable.find((text) => text !== undefined);
    if (told !== undefined) return told;
  }
  const python = posix.basename(library);
  const header = root.find(`${prefix}/include/${python}/patchlevel.h`)?.body;
  if (header !== undefined) {
    const text = (await gather(contentOf(header), HEADER_LIMIT, 'patchlevel.h')).toString('latin1');
    const told = new RegExp(`^#define\\s+PY_VERSION\\s+"(${number})\\+?"`, 'm').exec(text)?.[1];
    if (told !== undefined) return told;
  }
  for (const path of [real, ...sharedLibraries(root, prefix, python)]) {
    const body = root.find(path)?.body;
    if (!isPlace(body)) continue;
    const told = (await search(body, new RegExp(`\0(${number})\\+?\0`)))?.[1];
    if (told !== undefined) return told;
  }
  return undefined;
}

/** The libraries that a small interpreter is the door to, where distributions have them. */
function sharedLibraries(root: Filesystem, prefix: string, python: string): string[] {
  const folders = ['lib', 'lib64'].map((name) => posix.join(prefix, name));
  const below = root.names(posix.join(prefix, 'lib')).filter((name) => /-linux-/.test(name));
  return [...folders, ...below.map((name) => posix.join(prefix, 'lib', name))].map(
    (folder) => `${folder}/lib${python}.so.1.0`,
  );
}
