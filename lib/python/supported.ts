import type { Tag } from './tags.ts';
import { type Abi, USUAL, type Version } from './target.ts';

/** What old names of platforms stand for, by the minor version of their glibc 2 (PEP 513, 571 and 599). */
const aliases: Readonly<Record<number, string>> = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' };

/** The oldest glibc 2 that there are wheels for: older on the processors that are. */
const OLDEST = { old: 5, young: 17 };

/** The platform tags that a Python accepts, the best first (PEP 600 and 656). */
export function platformTags(abi: Pick<Abi, 'libc' | 'architecture'>): string[] {
  const machine = abi.architecture ?? USUAL.architecture;
  const { name, version } = abi.libc ?? USUAL.libc;
  const { major, minor } = version ?? (name === 'glibc' ? USUAL.libc.version : { major: 1, minor: 2 });
  const family = name === 'glibc' ? 'manylinux' : 'musllinux';
  const isOld = machine === 'x86_64' || machine === 'i686';
  const oldest = family === 'musllinux' ? 0 : isOld ? OLDEST.old : OLDEST.young;
  const tags: string[] = [];
  for (let older = minor; older >= oldest; older--) {
    tags.push(`${family}_${major}_${older}_${machine}`);
    const alias = aliases[older];
    if (family === 'manylinux' && alias !== undefined) tags.push(`${alias}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}

/** How good each tag is for a Python: 0 is the best. A tag that is not there does not run. */
export type Ranking = ReadonlyMap<string, number>;

/** The tags of a CPython on Linux, in the order of `packaging.tags`. */
export function ranking(abi: Abi, version: Version): Ranking {
  const { major, minor } = version;
  const platforms = platformTags(abi);
  const flags = abi.flags ?? (minor < 8 ? 'm' : '');
  const python = `cp${major}${minor}`;
  const stable = flags.includes('t') ? 'abi3t' : 'abi3';
  const ranks = new Map<string, number>();
  const add = (tag: Tag): void => {
    const text = tagText(tag);
    if (!ranks.has(text)) ranks.set(text, ranks.size);
  };
  const everywhere = (name: string, abiTag: string): void => {
    for (const platform of platforms) add({ python: name, abi: abiTag, platform });
  };
  everywhere(python, `${python}${flags}`);
  if (major === 3) everywhere(python, stable);
  everywhere(python, 'none');
  // The stable ABI began with 3.2 (PEP 384).
  for (let older = minor - 1; major === 3 && older >= 2; older--) everywhere(`cp3${older}`, stable);
  const generic = [`py${major}${minor}`, `py${major}`];
  for (let older = minor - 1; older >= 0; older--) generic.push(`py${major}${older}`);
  for (const name of generic) everywhere(name, 'none');
  add({ python, abi: 'none', platform: 'any' });
  for (const name of generic) add({ python: name, abi: 'none', platform: 'any' });
  return ranks;
}

/** A tag as it stands in a ranking. */
export function tagText({ python, abi, platform }: Tag): string {
  return `${python}-${abi}-${platform}`;
}
