import type { Entry } from '../lib/entries/entry.ts';
import { components, toText } from '../lib/entries/names.ts';
import { isWhiteout, opaquePath } from '../lib/entries/whiteout.ts';
import { UsageError } from '../lib/errors.ts';
import { insertWhiteout } from '../lib/stack/insert.ts';
import type { Flow } from '../lib/streams/flow.ts';

/**
 * Adds an opaque whiteout: of what layers below have in a directory nothing is left.
 *
 * @param path the directory, as bytes; what is no path in a layer is a UsageError
 * @param time its mtime in seconds
 */
export function opaque(path: string, time = 0): Flow<Entry, Entry> {
  const parts = components(path);
  if (parts === undefined || parts.some(isWhiteout)) {
    throw new UsageError(`${toText(path)} is not a directory that a whiteout can hide`);
  }
  return insertWhiteout(opaquePath(parts.map((part) => `${part}/`).join('')), time);
}
