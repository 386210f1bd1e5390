import { DATABASE_LIMIT } from '../bytes/limits.ts';
import { readList } from './lists.ts';
import type { Package } from './package.ts';
import type { Reader } from './reader.ts';
import { exact, lenient, strict } from './text.ts';

const STATUS = 'var/lib/dpkg/status';
/** Where images without dpkg have a file for each package. */
const FOLDER = 'var/lib/dpkg/status.d';

const WANTED = /^(?:Package|Status|Version|Architecture|Source|Maintainer):/;

/** Packages of Debian and of what is made from it (deb-control(5), dpkg(1)). */
export const debian: Reader = {
  limit: DATABASE_LIMIT,
  wants: (name, head) => name === 'status' || head.startsWith('Package:'),
  databases: (tree) => [
    STATUS,
    ...tree
      .names(FOLDER)
      .filter((name) => !name.endsWith('.md5sums'))
      .map((name) => `${FOLDER}/${name}`),
  ],
  read: (file) => readList(file, WANTED, packageOf),
};

function packageOf(fields: ReadonlyMap<string, string>): Package | undefined {
  // Of one that was removed the configuration is left, or its name alone.
  const state = fields.get('Status')?.split(/\s+/)[2];
  if (state === 'config-files' || state === 'not-installed') return undefined;
  const name = exact(strict(fields.get('Package')), 'name');
  const version = exact(strict(fields.get('Version')), 'version');
  const arch = fields.get('Architecture');
  return {
    purl: { type: 'deb', name, version, qualifiers: { arch } },
    name,
    version,
    author: lenient(fields.get('Maintainer') ?? ''),
    source: sourceOf(lenient(fields.get('Source') ?? ''), version),
  };
}

/** `Source: glibc (2.36-9)`: the version is left out where it is the package's own. */
function sourceOf(text: string, version: string): string | undefined {
  const [, name, own = version] = /^(\S+)(?:\s+\(([^)]*)\))?$/.exec(text) ?? [];
  return name === undefined ? undefined : `${name} ${own}`;
}
