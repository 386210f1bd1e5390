import { type Entry, type Header, withHeader } from '../lib/entries/entry.ts';
import { cleanPath, toText } from '../lib/entries/names.ts';
import { UsageError } from '../lib/errors.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/**
 * Puts every entry below a directory, whose own header is not written, nor those of its parents: the base may have them.
 *
 * @param directory its path in a layer, as bytes; slashes around it mean nothing
 */
export function prefix(directory: string): Flow<Entry, Entry> {
  const path = cleanPath(directory);
  if (path === undefined) throw new UsageError(`${toText(directory)} leads out of the layer`);
  if (path === '') return mapEach((entry: Entry) => entry);
  return mapEach((entry: Entry) => {
    const { name, type, linkname } = entry.header;
    const moved: Partial<Header> = { name: `${path}/${name}` };
    // A hard link says where in the layer its file is; a symlink says what it likes.
    return withHeader(entry, type === 'link' ? { ...moved, linkname: `${path}/${linkname}` } : moved);
  });
}
