import { type Entry, withHeader } from '../lib/entries/entry.ts';
import { chooseFiles } from '../lib/entries/first-names.ts';
import type { ModeChange } from '../lib/entries/mode.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

/**
 * Changes the permissions of every entry, or of those that are chosen. Those of symlinks mean nothing, and stay.
 *
 * @param isChosen tells by the path; a directory's ends in a slash
 */
export function chmod(change: ModeChange, isChosen?: (path: string) => boolean): Flow<Entry, Entry> {
  const choose = isChosen && chooseFiles(isChosen);
  return mapEach((entry: Entry) => {
    const { mode, type } = entry.header;
    const isOne = choose?.(entry.header) !== false;
    if (!isOne || type === 'symlink') return entry;
    return withHeader(entry, { mode: change(mode, type === 'directory') });
  });
}
