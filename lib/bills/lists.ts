import { PACKAGES_LIMIT } from '../bytes/limits.ts';
import { FormatError } from '../errors.ts';
import type { Package, Reading } from './package.ts';
import type { PackageFile } from './reader.ts';
import { fieldsOf, stanzas } from './stanzas.ts';

/**
 * Reads a list of packages, paragraph by paragraph. Those that are broken are left out and counted.
 *
 * @param packageOf what a paragraph tells, or undefined where that is not installed; a FormatError where it is broken
 */
export async function readList(
  { body }: PackageFile,
  wanted: RegExp,
  packageOf: (fields: ReadonlyMap<string, string>) => Package | undefined,
): Promise<Reading> {
  const packages: Package[] = [];
  let broken = 0;
  let first = '';
  const fail = (problem: string): void => {
    if (broken++ === 0) first = problem;
  };
  for await (const stanza of stanzas(body, wanted)) {
    if (stanza.isCut) {
      fail('is cut off');
      continue;
    }
    if (packages.length >= PACKAGES_LIMIT) {
      fail(`is one of more than ${PACKAGES_LIMIT}`);
      break;
    }
    try {
      const told = packageOf(fieldsOf(stanza));
      if (told) packages.push(told);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      fail(error.message);
    }
  }
  if (broken === 0) return { packages };
  return { packages, problem: `${broken === 1 ? 'a package' : `${broken} packages`} left out: the first ${first}` };
}
