import type { Abi, Version } from './target.ts';

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

/** Whether a CPython on Linux can run what a tag says, as far as it is known (PEP 425, 600, 656 and 703). */
export function runsOn({ python, abi, platform }: Tag, target: Abi): boolean {
  return isPlatformOf(platform, target) && isAbiOf(python, abi, target);
}

function isAbiOf(python: string, abi: string, { version, flags }: Abi): boolean {
  const parts = /^(py|cp)([23])([0-9]*)$/.exec(python);
  if (!parts) return false;
  if (version === undefined) return true;
  const { major, minor } = version;
  if (Number(parts[2]) !== major) return false;
  const wanted = parts[3] === '' ? 0 : Number(parts[3]);
  if (parts[1] === 'py') return abi === 'none' && wanted <= minor;
  // Python without its lock has a stable ABI of its own (PEP 803).
  if (abi === 'abi3' || abi === 'abi3t')
    return wanted <= minor && (abi === 'abi3t') === (flags?.includes('t') ?? false);
  if (wanted !== minor) return false;
  if (abi === 'none') return true;
  // Until 3.7 all but odd builds had an m.
  const letters = flags ?? (minor < 8 ? 'm' : '');
  return abi === `${python}${letters}`;
}

/** The glibc that the names of old stand for. */
const manylinux: Readonly<Record<string, number>> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

function isPlatformOf(platform: string, { libc, architecture }: Abi): boolean {
  if (platform === 'any') return true;
  const parts = /^(linux|(manylinux|musllinux)_([0-9]+)_([0-9]+)|(manylinux(?:1|20[0-9]{2})))_([a-z0-9_]+)$/.exec(
    platform,
  );
  if (!parts) return false;
  const [, , family = 'manylinux', major = '2', number, old = '', machine] = parts;
  if (architecture !== undefined && machine !== architecture) return false;
  if (platform.startsWith('linux')) return true;
  const minor = number ?? manylinux[old];
  if (minor === undefined) return false;
  if (libc === undefined) return true;
  if ((family === 'musllinux') !== (libc.name === 'musl')) return false;
  if (libc.version === undefined) return true;
  return libc.version.major === Number(major) && libc.version.minor >= Number(minor);
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
