import type { Transform } from 'node:stream';
import { withHeader } from '../lib/entry.ts';
import { select } from '../lib/select.ts';

/** Puts every entry below a directory, whose own header is not written: the base may have it. */
export function prefix(directory: string): Transform {
  const before = `${directory.replace(/^\/+|\/+$/g, '')}/`;
  return select((entry) =>
    withHeader(entry, { name: before === '/' ? entry.header.name : before + entry.header.name }),
  );
}
