import type { Entry } from '../lib/entries/entry.ts';
import { components, toText } from '../lib/entries/names.ts';
import { isWhiteout, whiteoutPath } from '../lib/entries/whiteout.ts';
import { UsageError } from '../lib/errors.ts';
import { insertWhiteout } from '../lib/stack/insert.ts';
import type { Flow } from '../lib/streams/flow.ts';

/**
 * Adds a whiteout of a path: what layers below have there is gone.
 *
 * @param path bytes; the root, and what is no path in a layer, is a UsageError
 * @param time its mtime in seconds
 */
export function whiteout(path: string, time = 0): Flow<Entry, Entry> {
  const parts = components(path);
  const name = parts?.pop();
  if (parts === undefined || name === undefined || [...parts, name].some(isWhiteout)) {
    throw new UsageError(`${toText(path)} is not a path that a whiteout can hide`);
  }
  return insertWhiteout(whiteoutPath(parts.map((part) => `${part}/`).join(''), name), time);
}
