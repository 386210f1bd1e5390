import { FormatError } from '../errors.ts';
import type { Header } from './entry.ts';
import { cleanPath, toText } from './names.ts';

/*
 * Where entries stand in a layer: paths without `.`, `..` and a leading slash. A directory's ends in a slash; the root's is
 * empty.
 */

/** The path of an entry; that it climbs out of the root is a FormatError. */
export function pathOf({ name, type }: Pick<Header, 'name' | 'type'>): string {
  const path = cleanPath(name);
  if (path === undefined) throw new FormatError(`${toText(name)} climbs out of the root`);
  return type === 'directory' && path !== '' ? `${path}/` : path;
}

/** The path of what a hard link leads to; that it is none inside the root is a FormatError. */
export function targetOf({ name, linkname }: Pick<Header, 'name' | 'linkname'>): string {
  const path = cleanPath(linkname);
  if (path) return path;
  throw new FormatError(`${toText(name)} is a hard link to ${toText(linkname)}, which is not a file inside the root`);
}

/** The directories above a path, from the top; the root, which is empty, is the first. */
export function* parentsOf(path: string): Generator<string> {
  if (path === '') return;
  yield '';
  for (let at = path.indexOf('/'); at >= 0 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
    yield path.slice(0, at + 1);
  }
}

/** Throws a FormatError where an entry stands, or as a hard link leads, where none can be. */
export function checkPaths(header: Header): void {
  const path = pathOf(header);
  if (path === '' && header.type !== 'directory') {
    throw new FormatError(`${toText(header.name)} is the root, and not a directory`);
  }
  if (header.type === 'link') targetOf(header);
}
