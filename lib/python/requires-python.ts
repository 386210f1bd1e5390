import { satisfies, validRange } from '@renovatebot/pep440';
import { type Target, type Version, versionText } from './target.ts';

/** Patch levels that are tried where the one of a target is not known. */
const PATCHES = 40;

/** All whole versions that a Python may have: one where it is known. */
export function possibleVersions({ version, fullVersion }: Pick<Target, 'version' | 'fullVersion'>): string[] {
  if (fullVersion !== undefined) return [fullVersion];
  return version === undefined ? [] : patches(version);
}

function patches(version: Version): string[] {
  return Array.from({ length: PATCHES }, (_, patch) => `${versionText(version)}.${patch}`);
}

/**
 * Whether a Requires-Python (PEP 440) lets a Python in, as far as its version is known: some patch level is enough. A
 * specifier that is damaged allows all, as for pip; undefined where no version is known.
 */
export function allowsPython(specifier: string, target: Pick<Target, 'version' | 'fullVersion'>): boolean | undefined {
  const range = specifier
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(',');
  const versions = possibleVersions(target);
  if (versions.length === 0) return undefined;
  if (range === '' || !validRange(range)) return true;
  return versions.some((version) => satisfies(version, range, { prereleases: true }));
}
