import type { Transform } from 'node:stream';
import { type Header, withHeader } from '../lib/entries/entry.ts';
import { select } from '../lib/streams/map.ts';

/**
 * Puts every entry below a directory, whose own header is not written, nor those of its parents: the base may have them.
 *
 * @param directory its name in a layer, as bytes; slashes around it mean nothing
 */
export function prefix(directory: string): Transform {
  const before = directory.replace(/^\/+|\/+$/g, '');
  if (before === '') return select((entry) => entry);
  return select((entry) => {
    const { name, type, linkname } = entry.header;
    const moved: Partial<Header> = { name: `${before}/${name}` };
    // A hard link says where in the layer its file is; a symlink says what it likes.
    return withHeader(entry, type === 'link' ? { ...moved, linkname: `${before}/${linkname}` } : moved);
  });
}
