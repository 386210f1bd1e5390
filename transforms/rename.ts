import { NAME_LIMIT, PATH_LIMIT } from '../lib/bytes/limits.ts';
import { type Entry, type Header, withHeader } from '../lib/entries/entry.ts';
import { cleanPath, toText, withoutEnd } from '../lib/entries/names.ts';
import { pathOf, targetOf } from '../lib/entries/paths.ts';
import { FormatError } from '../lib/errors.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/**
 * Gives entries other names. Hard links follow what they lead to in the layer; symlinks say what they like. Two entries that
 * come to one path, and a name that cannot be, are a FormatError.
 *
 * @param change is given a path, without a slash at its end, and gives the new one
 */
export function rename(change: (path: string) => string): Flow<Entry, Entry> {
  /** What each path was called before. */
  const origins = new Map<string, string>();
  /** What has another name now, directories aside. */
  const renamed = new Map<string, string>();
  return mapEach((entry: Entry) => {
    const { header } = entry;
    const old = withoutEnd(pathOf(header), '/');
    const path = old === '' ? '' : changed(old, header, change);
    const origin = origins.get(path);
    if (origin !== undefined && origin !== old) {
      throw new FormatError(`${toText(origin)} and ${toText(old)} would both be ${toText(path)}`);
    }
    origins.set(path, old);
    const target = header.type === 'link' && renamed.size > 0 ? renamed.get(targetOf(header)) : undefined;
    if (path === old) {
      renamed.delete(old);
      return target === undefined ? entry : withHeader(entry, { linkname: target });
    }
    if (header.type !== 'directory') renamed.set(old, path);
    const name = header.type !== 'directory' ? path : path === '' ? './' : `${path}/`;
    return withHeader(entry, target === undefined ? { name } : { name, linkname: target });
  });
}

function changed(old: string, { type }: Header, change: (path: string) => string): string {
  const name = change(old);
  // One string for both is half the memory.
  if (name === old) return old;
  const path = cleanPath(name);
  if (path === undefined) throw new FormatError(`${toText(old)} would climb out of the root`);
  if (path === '' && type !== 'directory') throw new FormatError(`${toText(old)} would have no name`);
  if (path.length > PATH_LIMIT || path.split('/').some((part) => part.length > NAME_LIMIT)) {
    throw new FormatError(`${toText(old)} would have a name that is too long`);
  }
  return path;
}
