import { type Entry, withHeader } from '../lib/entries/entry.ts';
import { chooseFiles } from '../lib/entries/first-names.ts';
import { ownerOf } from '../lib/entries/owner.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/**
 * Gives every entry to one owner, or those that are chosen.
 *
 * @param isChosen tells by the path; a directory's ends in a slash
 */
export function chown(uid: number, gid: number, isChosen?: (path: string) => boolean): Flow<Entry, Entry> {
  const owner = ownerOf(uid, gid);
  const choose = isChosen && chooseFiles(isChosen);
  return mapEach((entry: Entry) => (choose?.(entry.header) === false ? entry : withHeader(entry, owner)));
}
