import type { Entry } from '../lib/entries/entry.ts';
import { checkPaths } from '../lib/entries/paths.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/** Lets entries through that have a place in a layer; one that has none, or leads to none, is a FormatError. */
export function checkingPaths(): Flow<Entry, Entry> {
  return mapEach((entry: Entry) => {
    checkPaths(entry.header);
    return entry;
  });
}
