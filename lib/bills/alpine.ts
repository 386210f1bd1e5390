import { DATABASE_LIMIT } from '../bytes/limits.ts';
import { readList } from './lists.ts';
import type { Package } from './package.ts';
import type { Reader } from './reader.ts';
import { exact, lenient, strict } from './text.ts';

/** Packages of Alpine and of what is made from it (apk-tools, "Installed database v2": a letter a field). */
export const alpine: Reader = {
  limit: DATABASE_LIMIT,
  wants: (name, head) => name === 'installed' || /^[CP]:/.test(head),
  databases: () => ['lib/apk/db/installed'],
  read: (file) => readList(file, /^[PVALom]:/, packageOf),
};

function packageOf(fields: ReadonlyMap<string, string>): Package {
  const name = exact(strict(fields.get('P')), 'name');
  const version = exact(strict(fields.get('V')), 'version');
  const source = fields.get('o');
  return {
    purl: { type: 'apk', name, version, qualifiers: { arch: fields.get('A') } },
    name,
    version,
    license: lenient(fields.get('L') ?? ''),
    author: lenient(fields.get('m') ?? ''),
    source: source === undefined ? undefined : `${lenient(source)} ${version}`,
  };
}
