import type { Version } from './target.ts';

/** Compatibility tags (PEP 425): what a wheel runs on, as `cp311-cp311-manylinux_2_17_x86_64`. */
export interface Tag {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
}

/** The tags of the Tag fields of a WHEEL file; a field may stand for several, joined by dots. */
export function readTags(fields: readonly string[]): Tag[] {
  return fields.flatMap((field) => {
    const [pythons = '', abis = '', platforms = ''] = field.split('-').slice(-3);
    return pythons.split('.').flatMap((python) => {
      return abis.split('.').flatMap((abi) => platforms.split('.').map((platform) => ({ python, abi, platform })));
    });
  });
}

/** Whether a CPython of that version on Linux can run what a tag says. */
export function runsOn({ python, abi, platform }: Tag, { major, minor }: Version): boolean {
  if (platform !== 'any' && !/^(linux|manylinux|musllinux)/.test(platform)) return false;
  const parts = /^(py|cp)([23])([0-9]*)$/.exec(python);
  if (!parts || Number(parts[2]) !== major) return false;
  const wanted = parts[3] === '' ? 0 : Number(parts[3]);
  if (parts[1] === 'py') return abi === 'none' && wanted <= minor;
  if (abi === 'abi3') return wanted <= minor;
  return wanted === minor && (abi === 'none' || abi === python || (minor < 8 && abi === `${python}m`));
}

/** The version that a wheel is made for, where it is made for one alone. */
export function versionOf(tags: readonly Tag[]): Version | undefined {
  const versions = new Map<string, Version>();
  for (const { python, abi } of tags) {
    const parts = /^cp([23])([0-9]+)$/.exec(python);
    if (!parts || abi === 'abi3') return undefined;
    versions.set(python, { major: Number(parts[1]), minor: Number(parts[2]) });
  }
  return versions.size === 1 ? [...versions.values()][0] : undefined;
}

/** The tags as one, as in a file's name. */
export function compressed(tags: readonly Tag[]): string {
  const joined = (key: keyof Tag): string => [...new Set(tags.map((tag) => tag[key]))].join('.');
  return `${joined('python')}-${joined('abi')}-${joined('platform')}`;
}
