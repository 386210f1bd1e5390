import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bash, root, run } from './tools.ts';

/** Where downloads are kept between runs: beside what npm downloaded. */
export const cache = process.env.LAYERTOOL_CACHE ?? join(root, 'node_modules/.cache/layertool-peers');

/** All that Debian's python3 needs to run, the tools of the packages' own scripts aside. */
const packages = `apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
--no-enhances python3 | grep -E '^(python3|lib|gcc-|zlib1g|media-types)' | grep -v '^libperl' | sort -u`;

/** A file system with a real Python, unpacked from Debian's packages into `place`; gives the version, like 3.11. */
export async function python(place: string): Promise<string> {
  const debs = join(cache, 'python');
  if (!existsSync(debs)) {
    const unfinished = `${debs}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    await bash(`apt-get download -q $(${packages})`, { cwd: unfinished });
    renameSync(unfinished, debs);
  }
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(place, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(place, name));
  }
  for (const deb of readdirSync(debs)) await run('dpkg', ['-x', join(debs, deb), place]);
  const version = readdirSync(join(place, 'usr/bin')).find((name) => /^python3\.\d+$/.test(name));
  if (!version) throw new Error(`no python3 among the packages in ${debs}`);
  return version.slice('python'.length);
}
