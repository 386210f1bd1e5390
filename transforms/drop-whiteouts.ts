import { drop } from '../lib/entries/body.ts';
import type { Entry } from '../lib/entries/entry.ts';
import { baseName, isWhiteout } from '../lib/entries/whiteout.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/** Lets everything through but whiteouts: they have nothing to hide in a lowest layer. */
export function dropWhiteouts(): Flow<Entry, Entry> {
  return mapEach((entry: Entry) => {
    if (!isWhiteout(baseName(entry.header.name))) return entry;
    drop(entry);
    return undefined;
  });
}
