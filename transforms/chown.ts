import { type Entry, withHeader } from '../lib/entries/entry.ts';
import { ownerOf } from '../lib/entries/owner.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/** Gives every entry to one owner. */
export function chown(uid: number, gid: number): Flow<Entry, Entry> {
  const owner = ownerOf(uid, gid);
  return mapEach((entry: Entry) => withHeader(entry, owner));
}
